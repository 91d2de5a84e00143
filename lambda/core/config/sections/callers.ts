import * as z from 'zod';
import { envName, name, userName } from './values.ts';

const PRINCIPAL =
  /^arn:aws(-[a-z]+)*:(sts::(\d{12}|\d{0,11}\*):(assumed-role\/[^\s:]+|federated-user)|iam::(\d{12}|\d{0,11}\*):(role\/[^\s:]+|user\/\S+|root))$/;

export const caller = z
  .strictObject({
    principal: z
      .string()
      .regex(
        PRINCIPAL,
        'the ARN of a role or user, with * for any text, such as arn:aws:sts::123456789012:assumed-role/search-*',
      )
      .optional()
      .describe(
        'ARN of an IAM role or user; `*` stands for any text. A role is matched without its session.',
      ),
    key: z
      .strictObject({
        env: envName.describe('Environment variable that holds the development key.'),
      })
      .optional()
      .describe('A development key for the local gateway. Ignored on AWS, where IAM says who calls.'),
    team: name.describe('Team that is charged: scope `team:TEAM`.'),
    app: name.optional().describe('App of the team that is charged: scope `app:TEAM/APP`.'),
    user: userName.optional().meta({
      description: 'User that is charged: scope `user:USER`.',
      defaultText: 'the name of an IAM user; for a role none, or its session (`trusted_session_names`)',
    }),
    trusted_session_names: z.boolean().optional().meta({
      description:
        'Whether the session name of this role is its user: for roles whose sessions a directory names, such as `AWSReservedSSO_*`, where it is the person. Never for a role whose users assume it themselves: they choose the name.',
      default: false,
    }),
    reasoning_in_tool_ids: z.boolean().optional().meta({
      description:
        "Whether a chat client's tool call ids carry the model's signed reasoning, encrypted, so that it survives a tool loop. Turn it off where long ids do harm; reasoning is then left out of the next turn.",
      default: true,
    }),
  })
  .refine(
    (value) => (value.principal === undefined) !== (value.key === undefined),
    'a mapping with either `principal` or `key`',
  )
  .describe('Maps a principal to a team, an app and a user. The first entry that matches decides.');

export const team = z
  .strictObject({
    description: z.string().max(500, 'at most 500 characters').optional().describe('For people; not read.'),
  })
  .describe('A team that callers and budgets may name.');
