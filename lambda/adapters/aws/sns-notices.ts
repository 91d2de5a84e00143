import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { usdFromNano } from '../../core/money.ts';
import type { Notice, Notices } from '../../ports/notices.ts';
import { alertSentence, alertTitle } from '../node/alert-text.ts';

/** One Publish call. Rejects with AWS's exceptions. */
export type SnsPublish = (
  message: Pick<PublishCommandInput, 'Subject' | 'Message' | 'MessageAttributes'>,
) => Promise<unknown>;

export interface SnsNoticesOptions {
  /** May be called before the client is loaded, so a function: it loads at the first notice. */
  readonly publish: () => Promise<SnsPublish>;
  /** Name of the deployment, such as `prod`. */
  readonly environment: string;
}

/** Characters of a subject. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const SUBJECT_CHARS = 99;

/**
 * Notices on an SNS topic: a sentence for people, and the same facts as attributes for filters of subscriptions and for
 * programs.
 */
export function createSnsNotices({ publish, environment }: SnsNoticesOptions): Notices {
  let loading: Promise<SnsPublish> | undefined;
  return {
    async publish(notice) {
      loading ??= publish();
      const send = await loading;
      await send({
        Subject: subject(`tollgate ${environment}: ${alertTitle(notice)}`),
        Message: `${alertSentence(notice)}\n\nDeployment ${environment}, window ${notice.window}.`,
        MessageAttributes: attributes(notice, environment),
      });
    },
  };
}

/** Printable ASCII only, which is all that a subject may hold. */
function subject(text: string): string {
  return text.replace(/[^ -~]/g, '?').slice(0, SUBJECT_CHARS);
}

function attributes(
  notice: Notice,
  environment: string,
): NonNullable<PublishCommandInput['MessageAttributes']> {
  const facts = {
    environment,
    scope: notice.scope,
    budget: notice.budgetId,
    window: notice.window,
    mark: String(notice.mark),
    spent_usd: usdFromNano(notice.spent),
    limit_usd: usdFromNano(notice.limit),
    refused: String(notice.refused),
  };
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}
