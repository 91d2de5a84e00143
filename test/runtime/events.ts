/** An event as a function URL with IAM hands it to the gateway. */
export function urlEvent(path: string, body?: unknown, role = 'search-web') {
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'x.lambda-url.us-east-1.on.aws', 'content-type': 'application/json' },
    requestContext: {
      http: { method: body === undefined ? 'GET' : 'POST', path },
      authorizer: {
        iam: {
          accountId: '123456789012',
          userArn: `arn:aws:sts::123456789012:assumed-role/${role}/session`,
          callerId: 'AROAEXAMPLE:session',
        },
      },
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

export const chat = (more: object = {}) =>
  urlEvent('/v1/chat/completions', {
    model: 'm',
    messages: [{ role: 'user', content: 'Say hello' }],
    max_tokens: 20,
    ...more,
  });
