import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { createLambdaExchange } from '../../../../lambda/adapters/aws/lambda-exchange.ts';

const functionUrlEvent = {
  version: '2.0',
  rawPath: '/v1/chat/completions',
  headers: { host: 'abc.lambda-url.us-east-1.on.aws', 'content-type': 'application/json' },
  requestContext: {
    http: { method: 'POST' },
    authorizer: {
      iam: {
        accountId: '123456789012',
        userArn: 'arn:aws:sts::123456789012:assumed-role/search-web/s1',
        cognitoIdentity: null,
      },
    },
  },
  body: '{"model":"m"}',
  isBase64Encoded: false,
};

const restEvent = {
  httpMethod: 'POST',
  path: '/v1/chat/completions',
  headers: { 'Content-Type': 'application/json' },
  requestContext: {
    identity: { accountId: '123456789012', userArn: 'arn:aws:iam::123456789012:user/ana' },
  },
  body: Buffer.from('{"model":"é"}').toString('base64'),
  isBase64Encoded: true,
};

/** A destination that takes one chunk at a time, when told to. */
function slowSink() {
  const taken: string[] = [];
  let waiting: (() => void) | undefined;
  const sink = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      waiting = done;
    },
  });
  return { sink, taken, take: () => waiting?.() };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('the exchange of a Lambda invocation', () => {
  it('reads a function URL event with the identity that AWS proved', async () => {
    const { exchange } = createLambdaExchange(functionUrlEvent, () => 1234);
    assert.equal(exchange.method, 'POST');
    assert.equal(exchange.path, '/v1/chat/completions');
    assert.equal(exchange.headers['content-type'], 'application/json');
    assert.deepEqual(exchange.claim, {
      kind: 'iam',
      accountId: '123456789012',
      arn: 'arn:aws:sts::123456789012:assumed-role/search-web/s1',
    });
    assert.equal(Buffer.from((await exchange.body(100)) as Uint8Array).toString(), '{"model":"m"}');
    assert.equal(exchange.remainingMs(), 1234);
    assert.equal(exchange.gone(), false);
  });

  it('reads a REST proxy event to the same shape', async () => {
    const { exchange } = createLambdaExchange(restEvent, () => 0);
    assert.equal(exchange.method, 'POST');
    assert.equal(exchange.headers['content-type'], 'application/json');
    assert.deepEqual(exchange.claim, {
      kind: 'iam',
      accountId: '123456789012',
      arn: 'arn:aws:iam::123456789012:user/ana',
    });
    assert.equal(Buffer.from((await exchange.body(100)) as Uint8Array).toString(), '{"model":"é"}');
  });

  it('does not read a bearer key as an identity', () => {
    const event = { ...functionUrlEvent, requestContext: {}, headers: { authorization: 'Bearer sk-x' } };
    assert.deepEqual(createLambdaExchange(event, () => 0).exchange.claim, {
      kind: 'bearer',
      key: undefined,
    });
  });

  it('says too_large for plain and for base64 bodies, by decoded bytes', async () => {
    const plain = createLambdaExchange({ body: 'ééé' }, () => 0).exchange;
    assert.equal(await plain.body(5), 'too_large');
    assert.notEqual(await plain.body(6), 'too_large');
    const encoded = createLambdaExchange(restEvent, () => 0).exchange;
    assert.equal(await encoded.body(13), 'too_large');
    assert.notEqual(await encoded.body(14), 'too_large');
    assert.deepEqual(await createLambdaExchange({}, () => 0).exchange.body(0), Buffer.alloc(0));
  });

  it('hands status and headers over before the body, then every byte in order, and ends after the last', async () => {
    const { exchange, answer } = createLambdaExchange(functionUrlEvent, () => 0);
    exchange.head(200, { 'content-type': 'text/event-stream' });
    const { statusCode, headers, body } = await answer;
    assert.equal(statusCode, 200);
    assert.deepEqual(headers, { 'content-type': 'text/event-stream' });
    const chunks: string[] = [];
    const read = pipeline(body, async (source) => {
      for await (const chunk of source) chunks.push(String(chunk));
    });
    assert.equal(exchange.write(Buffer.from('a')), undefined, 'a write with room costs no promise');
    await exchange.write(Buffer.from('b'));
    await exchange.end();
    await read;
    assert.equal(chunks.join(''), 'ab');
  });

  it('holds write back while the runtime does not read, and goes on when it does', async () => {
    const { exchange, answer } = createLambdaExchange(functionUrlEvent, () => 0);
    exchange.head(200, {});
    const { sink, taken, take } = slowSink();
    const piped = pipeline((await answer).body, sink);
    const big = Buffer.alloc(70_000, 120);
    await exchange.write(Buffer.from('first'));
    let second = false;
    const writing = exchange.write(big)!.then(() => {
      second = true;
    });
    await tick();
    await tick();
    assert.equal(second, false);
    assert.deepEqual(taken, ['first']);
    take();
    await writing;
    let ended = false;
    const ending = exchange.end().then(() => {
      ended = true;
    });
    await tick();
    take();
    await tick();
    take();
    await ending;
    assert.equal(ended, true);
    await piped;
    assert.equal(taken.join('').length, 70_005);
  });

  it('turns writes into no-ops when the runtime connection breaks, instead of hanging or throwing', async () => {
    const { exchange, answer } = createLambdaExchange(functionUrlEvent, () => 0);
    exchange.head(200, {});
    const { body } = await answer;
    const stuck = exchange.write(Buffer.alloc(200_000));
    body.destroy(new Error('socket closed'));
    await stuck;
    await exchange.write(Buffer.from('late'));
    await exchange.end();
  });

  it('answers 500 with an empty body if the gateway finished without a head', async () => {
    const { answer, finish } = createLambdaExchange(functionUrlEvent, () => 0);
    finish();
    const { statusCode, body } = await answer;
    assert.equal(statusCode, 500);
    assert.equal((await body.toArray()).length, 0);
  });

  it('keeps the first status if a second head follows', async () => {
    const { exchange, answer, finish } = createLambdaExchange(functionUrlEvent, () => 0);
    exchange.head(429, {});
    exchange.head(200, {});
    finish();
    assert.equal((await answer).statusCode, 429);
  });
});
