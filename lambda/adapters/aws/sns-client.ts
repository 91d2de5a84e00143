import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { SnsPublish } from './sns-notices.ts';

/** Milliseconds for a connection, and for an answer, the connection included. With two tries below the lease of a mark. */
const CONNECT_MS = 1_000;
const REQUEST_MS = 5_000;

/** Publish on one topic. A repeated call may deliver twice, which notices allow, so the client tries again by itself. */
export function snsPublish(topicArn: string): SnsPublish {
  const client = new SNSClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    },
  });
  return (message) => client.send(new PublishCommand({ TopicArn: topicArn, ...message }));
}
