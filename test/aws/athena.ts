import { setTimeout as sleep } from 'node:timers/promises';
import { type Emulator, REGION } from './emulator.ts';

interface Execution {
  readonly Status: { readonly State: string; readonly StateChangeReason?: string };
}

interface Results {
  readonly ResultSet: { readonly Rows: { readonly Data: { readonly VarCharValue?: string }[] }[] };
}

/**
 * One question through Athena's own API, in the deployment's workgroup: rows as objects of text, as Athena gives them.
 * Plain HTTP, since its client is no dependency of the gateway. https://docs.aws.amazon.com/athena/latest/APIReference/
 */
export async function ask(
  emulator: Emulator,
  where: { readonly database: string; readonly workgroup: string },
  sql: string,
): Promise<Record<string, string | undefined>[]> {
  const { QueryExecutionId } = await call<{ QueryExecutionId: string }>(emulator, 'StartQueryExecution', {
    QueryString: sql,
    WorkGroup: where.workgroup,
    QueryExecutionContext: { Database: where.database },
  });
  for (;;) {
    const { QueryExecution } = await call<{ QueryExecution: Execution }>(emulator, 'GetQueryExecution', {
      QueryExecutionId,
    });
    const { State, StateChangeReason } = QueryExecution.Status;
    if (State === 'FAILED' || State === 'CANCELLED') throw new Error(`Athena: ${StateChangeReason ?? State}`);
    if (State === 'SUCCEEDED') break;
    await sleep(100);
  }
  const { ResultSet } = await call<Results>(emulator, 'GetQueryResults', { QueryExecutionId });
  const [head, ...rows] = ResultSet.Rows.map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue));
  return rows.map((row) => Object.fromEntries((head ?? []).map((name, column) => [name ?? '', row[column]])));
}

/** The emulator looks at the form of a signature and not at its value. */
const SIGNATURE = `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/athena/aws4_request, SignedHeaders=host;x-amz-date, Signature=0`;

async function call<T>({ endpoint }: Emulator, operation: string, body: object): Promise<T> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonAthena.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization: SIGNATURE,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Athena ${operation}: ${response.status} ${text}`);
  return JSON.parse(text);
}
