import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { foundationModel, isProfile } from '../lambda/core/config/bedrock-model.ts';
import type { Config } from '../lambda/core/config/schema.ts';
import { acknowledge } from './acknowledge.ts';

/** A model that a config calls with the gateway's own role. An id may end with `*`, as a wildcard alias lets callers choose. */
export interface BedrockModel {
  readonly region: string;
  readonly id: string;
}

/** Converse needs the permissions of InvokeModel: they are one action each in IAM. */
const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
const COUNT = ['bedrock:CountTokens'];

const PROFILE =
  'Its inference profile sends a call to any region of its geography, and AWS adds regions to it.';
const WILDCARD = 'An alias with * in tollgate.yaml lets callers choose the model.';
const HIDDEN =
  'The ARN in tollgate.yaml hides which model it routes to; the condition allows no other way to one.';

/** The Bedrock models of a config, each once. Those that are called with a key of their own need nothing of the role. */
export function bedrockModels(config: Config): readonly BedrockModel[] {
  const found = new Map<string, BedrockModel>();
  for (const [alias, { targets }] of Object.entries(config.models)) {
    for (const { provider: name, model } of targets) {
      const provider = config.providers[name];
      if (provider?.type !== 'bedrock' || provider.key !== undefined) continue;
      const id = model ?? alias;
      found.set(`${provider.region} ${id}`, { region: provider.region, id });
    }
  }
  return [...found.values()];
}

/** Lets a role call exactly these models and count their tokens, a model behind a profile only through that profile. */
export function grantBedrock(role: iam.IRole, models: readonly BedrockModel[]): void {
  for (const model of models) {
    for (const { actions, resource, through, reason } of needs(Stack.of(role), model)) {
      role.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: [...actions],
          resources: [resource],
          ...(through === undefined
            ? {}
            : { conditions: { StringLike: { 'bedrock:InferenceProfileArn': through } } }),
        }),
      );
      if (reason !== undefined)
        acknowledge(role, `AwsSolutions-IAM5[Resource::${readable(resource)}]`, reason);
    }
  }
}

interface Need {
  readonly actions: readonly string[];
  readonly resource: string;
  /** The profile that a call must come through. */
  readonly through?: string;
  /** Why the resource has a wildcard. */
  readonly reason?: string;
}

function needs(stack: Stack, { region, id }: BedrockModel): readonly Need[] {
  const model = (name: string, where = region): string =>
    stack.formatArn({
      service: 'bedrock',
      region: where,
      account: '',
      resource: 'foundation-model',
      resourceName: name,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  if (id.startsWith('arn:')) return ofArn(id, model);
  const open = id.endsWith('*');
  const reason = open ? WILDCARD : undefined;
  const told = reason === undefined ? {} : { reason };
  const name = foundationModel(id) ?? id;
  const count: Need = { actions: COUNT, resource: model(name), ...told };
  if (!isProfile(id) && !(open && !id.includes('.'))) {
    return [{ actions: INVOKE, resource: model(name), ...told }, count];
  }
  // A wildcard that is too short to tell models from profiles may be either.
  const behind = isProfile(id) ? name : '*';
  const profile = stack.formatArn({
    service: 'bedrock',
    region,
    resource: 'inference-profile',
    resourceName: id,
  });
  return [
    { actions: INVOKE, resource: profile, ...told },
    { actions: INVOKE, resource: model(behind, '*'), through: profile, reason: reason ?? PROFILE },
    ...(isProfile(id) ? [] : [{ actions: INVOKE, resource: model(name), ...told }]),
    count,
  ];
}

function ofArn(arn: string, model: (name: string, where?: string) => string): readonly Need[] {
  const invoke: Need = { actions: INVOKE, resource: arn };
  const name = foundationModel(arn);
  const count: readonly Need[] = name === undefined ? [] : [{ actions: COUNT, resource: model(name) }];
  if (!arn.includes('inference-profile/')) return [invoke, ...count];
  const behind =
    name === undefined
      ? { resource: model('*', '*'), reason: HIDDEN }
      : { resource: model(name, '*'), reason: PROFILE };
  return [invoke, { actions: INVOKE, through: arn, ...behind }, ...count];
}

/** How the security rules spell an ARN with references in it. */
function readable(arn: string): string {
  return arn.replace(
    /\$\{Token\[(AWS[.:]+\w+)[^\]]*\]\}/g,
    (_, name: string) => `<${name.replace('.', '::')}>`,
  );
}
