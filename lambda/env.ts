/** Names of the environment variables that the deployment hands to its functions. None of them holds a secret. */
export const ENV = {
  /** Name of the ledger's table. */
  ledgerTable: 'LEDGER_TABLE',
  /** Name of its index of open journals. */
  ledgerIndex: 'LEDGER_INDEX',
  /** SHA-256 (hex) of the config.json beside the gateway's bundle. */
  configHash: 'CONFIG_HASH',
  /** Name of the deployment, such as `prod`. */
  environment: 'TOLLGATE_ENVIRONMENT',
  /** ARN of the Secrets Manager secret that the gateway seals with; not set where the config needs none. */
  sealerSecret: 'SEALER_SECRET',
  /** Name of the delivery stream that takes audit rows; the gateway has it where a budget allows something in an outage. */
  auditStream: 'AUDIT_STREAM',
  /** ARN of the topic that takes alerts of budgets. */
  alertTopic: 'ALERT_TOPIC',
} as const;

/** Name of the index over open journals. */
export const LEDGER_INDEX_NAME = 'open-journals';

/** Reads a variable that the deployment always sets; its absence is a broken deployment, so the function must not start. */
export function required(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value === undefined || value === '')
    throw new Error(`the environment variable ${name} is missing: deploy this function with cdk`);
  return value;
}

/** Which line of deployments this function is, and its published version in it; `$LATEST` is none. */
export function deployed(env: Readonly<Record<string, string | undefined>>): {
  readonly line: string;
  readonly count: number | undefined;
} {
  const version = Number(env['AWS_LAMBDA_FUNCTION_VERSION']);
  return {
    line: env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'local',
    count: Number.isInteger(version) && version > 0 ? version : undefined,
  };
}
