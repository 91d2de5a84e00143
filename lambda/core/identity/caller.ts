/** What the door knows about who knocks, before any policy: proven by AWS, or a local development key. */
export type IdentityClaim =
  | {
      readonly kind: 'iam';
      readonly accountId: string;
      /** `arn:aws:sts::123456789012:assumed-role/search-web/session` or an IAM user's ARN. */
      readonly arn: string;
    }
  | { readonly kind: 'bearer'; readonly key: string | undefined };

/** Who calls, as budgets, policies and audit rows know it. */
export interface Caller {
  /** Account and role, or IAM user, without the session; `local` for an unnamed local caller. */
  readonly principal: string;
  readonly team: string | undefined;
  readonly app: string | undefined;
  readonly user: string | undefined;
  /** False where the config keeps reasoning out of the ids of this caller's tool calls. */
  readonly sealsReasoning?: false;
}
