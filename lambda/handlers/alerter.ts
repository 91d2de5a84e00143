import { createDynamoClient, createDynamoStore } from '../adapters/aws/dynamo-store.ts';
import { createSnsNotices } from '../adapters/aws/sns-notices.ts';
import { changesOf, type StreamEvent } from '../adapters/aws/stream-records.ts';
import { systemClock as clock } from '../adapters/node/clock.ts';
import { createTelemetry } from '../adapters/node/telemetry.ts';
import { createTelemetryNotices } from '../adapters/node/telemetry-notices.ts';
import { ENV, LEDGER_INDEX_NAME, required } from '../env.ts';
import { createStreamAlerts } from '../jobs/alerts/from-stream.ts';
import type { BatchAnswer } from './auditor.ts';

const telemetry = createTelemetry({ format: 'json', write: (line) => process.stdout.write(`${line}\n`) });

const topicArn = required(process.env, ENV.alertTopic);

const topic = createSnsNotices({
  environment: required(process.env, ENV.environment),
  publish: async () => {
    const { snsPublish } = await import('../adapters/aws/sns-client.ts');
    return snsPublish(topicArn);
  },
});
const log = createTelemetryNotices(telemetry);

const takeChanges = createStreamAlerts({
  store: createDynamoStore({
    client: createDynamoClient(),
    table: required(process.env, ENV.ledgerTable),
    index: LEDGER_INDEX_NAME,
  }),
  notices: {
    async publish(notice) {
      await topic.publish(notice);
      await log.publish(notice);
    },
  },
  clock,
  telemetry,
});

/** Called with changes of counters and with refusals: what crossed a mark is published, once per window. */
export async function handler(event: StreamEvent): Promise<BatchAnswer> {
  const first = await takeChanges(changesOf(event));
  return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
}
