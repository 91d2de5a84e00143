import type { Template } from 'aws-cdk-lib/assertions';

export interface Statement {
  Action: string | string[];
  Resource: unknown;
  Effect: string;
}

/** Every statement of every policy in a template, with the id of the resource it stands in. */
export function statements(template: Template): { id: string; statement: Statement }[] {
  const found: { id: string; statement: Statement }[] = [];
  const resources = Object.entries(
    template.toJSON()['Resources'] as Record<string, { Properties?: unknown }>,
  );
  for (const [id, { Properties }] of resources) {
    const { PolicyDocument, Policies } = (Properties ?? {}) as {
      PolicyDocument?: { Statement: Statement[] };
      Policies?: { PolicyDocument: { Statement: Statement[] } }[];
    };
    const documents = [PolicyDocument, ...(Policies ?? []).map((policy) => policy.PolicyDocument)];
    for (const document of documents) {
      for (const statement of document?.Statement ?? []) found.push({ id, statement });
    }
  }
  return found;
}

export const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);
