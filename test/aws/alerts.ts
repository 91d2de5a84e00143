import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { createDynamoClient, createDynamoStore } from '../../lambda/adapters/aws/dynamo-store.ts';
import { LEDGER_INDEX_NAME } from '../../lambda/env.ts';
import { add, alertKey, counterKey, put } from '../../lambda/ledger/items.ts';
import type { Outputs } from './deploy.ts';
import { type Emulator, REGION } from './emulator.ts';
import { check } from './report.ts';

/** How long a notice may take from a change to the queue; for a loaded machine. */
const NOTICE_MS = 60_000;
const aws = { region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

/** The way of an alert: a change of a counter, the table's stream, the deployed alerter, its topic, a subscriber. */
export async function checkAlerts(emulator: Emulator, outputs: Outputs): Promise<void> {
  const store = createDynamoStore({
    client: createDynamoClient({ aws: { ...aws, endpoint: emulator.endpoint } }),
    table: outputs.LedgerTable,
    index: LEDGER_INDEX_NAME,
  });
  const spend = (amount: bigint) =>
    store.transact([
      {
        key: counterKey('team:alerts'),
        when: [],
        set: [
          put('month.id', '2026-11'),
          put('month.lim', 1_000_000_000n),
          add('month.spent', amount),
          add('s', amount),
        ],
      },
    ]);
  await check('a budget at 80 % is told once through the topic, by the deployed alerter', async () => {
    const queue = await subscribedQueue(emulator, outputs.BudgetAlerts);
    await spend(600_000_000n);
    assert.deepEqual(await notices(emulator, queue, 1), [
      'tollgate test: team:alerts month budget is 50 % spent',
    ]);
    await spend(10_000_000n);
    await spend(210_000_000n);
    assert.deepEqual(await notices(emulator, queue, 1), [
      'tollgate test: team:alerts month budget is 80 % spent',
    ]);
    const marks = [50, 80, 100].map((mark) => store.get(alertKey('team:alerts', '2026-11', 'month', mark)));
    const states = (await Promise.all(marks)).map((item) => item?.['st']);
    assert.deepEqual(states, ['SENT', 'SENT', undefined]);
  });
}

async function subscribedQueue(emulator: Emulator, topic: string): Promise<string> {
  const created = await sqs(emulator, 'CreateQueue', { QueueName: 'alerts' });
  const url = String(created['QueueUrl']);
  const { Attributes } = await sqs(emulator, 'GetQueueAttributes', {
    QueueUrl: url,
    AttributeNames: ['QueueArn'],
  });
  const arn = (Attributes as Record<string, string>)['QueueArn'];
  const client = new SNSClient({ ...aws, endpoint: emulator.endpoint });
  await client.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: arn }));
  client.destroy();
  return url;
}

/** Subjects of the next notices of the queue, at least so many. */
async function notices(emulator: Emulator, url: string, count: number): Promise<string[]> {
  const subjects: string[] = [];
  const end = performance.now() + NOTICE_MS;
  while (subjects.length < count && performance.now() < end) {
    const { Messages = [] } = await sqs(emulator, 'ReceiveMessage', {
      QueueUrl: url,
      MaxNumberOfMessages: 10,
    });
    for (const { Body, ReceiptHandle } of Messages as { Body: string; ReceiptHandle: string }[]) {
      const { Subject, MessageAttributes } = JSON.parse(Body);
      assert.equal(MessageAttributes.scope.Value, 'team:alerts');
      subjects.push(Subject);
      await sqs(emulator, 'DeleteMessage', { QueueUrl: url, ReceiptHandle });
    }
    if (subjects.length < count) await sleep(250);
  }
  return subjects;
}

/** SQS by its plain protocol: no client of it is among the dependencies. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html */
async function sqs({ endpoint }: Emulator, action: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${action}: ${response.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
