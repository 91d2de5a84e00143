import * as z from 'zod';
import { PRESET_NAMES, PROVIDER_PRESETS, type PresetName } from '../provider-presets.ts';
import { envName } from './values.ts';

const key = z
  .strictObject({
    env: envName
      .optional()
      .describe('Environment variable that holds the key. Read by the local gateway only.'),
    secret: z
      .string()
      .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'the name of a Secrets Manager secret, such as tollgate/openai')
      .optional()
      .describe('Name of the Secrets Manager secret that holds the key. Read on AWS only.'),
  })
  .refine(
    (value) => value.env !== undefined || value.secret !== undefined,
    'a mapping with `env`, `secret` or both',
  )
  .describe('Where the key lies, never the key itself. A file may name both places.');

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'an http or https URL, such as http://127.0.0.1:8000/v1' })
  .refine(
    (text) => !/[?#]/.test(text) && !/\/\/[^/]*@/.test(text),
    'a URL without query, fragment and credentials',
  );

const KINDS = 'Kind of upstream: `sandbox`, `openai`, `anthropic`, `bedrock` or `openai-compatible`.';

const sandbox = z
  .strictObject({
    type: z.literal('sandbox').describe(KINDS),
  })
  .describe(
    'Answers inside the gateway, deterministically and without a key. Its prices are invented, so that budgets can be tried out.',
  );

const openai = z
  .strictObject({
    type: z.literal('openai').describe(KINDS),
    key,
    base_url: baseUrl.optional().meta({
      description:
        'Base of the API with its version; `/chat/completions` is appended. For a regional endpoint or a proxy.',
      default: 'https://api.openai.com/v1',
    }),
  })
  .describe('The OpenAI API.');

const openaiCompatible = z
  .strictObject({
    type: z.literal('openai-compatible').describe(KINDS),
    preset: z.enum(PRESET_NAMES).optional().meta({
      description:
        'A server whose address and ways are known; the ways are which parameters it takes and how it spells them.',
      defaultText: 'what all servers of the format have in common',
    }),
    base_url: baseUrl.optional().meta({
      description:
        'Base of the API with its version; `/chat/completions` is appended. For `azure` that of the resource: `https://NAME.openai.azure.com/openai/v1`.',
      defaultText: 'the address of the `preset`; required without one, and for `azure`',
    }),
    key: key.optional().describe('Where the key lies, never the key itself. Leave out where none is needed.'),
  })
  .refine(({ preset, base_url }) => base_url !== undefined || addressOf(preset) !== undefined, {
    path: ['base_url'],
    error: 'the base URL of the API; only a `preset` other than `azure` has one',
  })
  .refine(
    ({ preset, key }) => key !== undefined || preset === undefined || !PROVIDER_PRESETS[preset].needsKey,
    {
      path: ['key'],
      error: 'where the key lies; the server of this `preset` needs one',
    },
  )
  .describe('A server that speaks the OpenAI format: vLLM, Ollama, llama.cpp, LM Studio and others.');

function addressOf(preset: PresetName | undefined): string | undefined {
  return preset === undefined ? undefined : PROVIDER_PRESETS[preset].baseUrl;
}

const anthropic = z
  .strictObject({
    type: z.literal('anthropic').describe(KINDS),
    key,
    base_url: baseUrl.optional().meta({
      description: 'Base of the API with its version; `/messages` is appended. For a proxy.',
      default: 'https://api.anthropic.com/v1',
    }),
  })
  .describe('The Anthropic API.');

const bedrock = z
  .strictObject({
    type: z.literal('bedrock').describe(KINDS),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-central-1')
      .describe('AWS region whose Bedrock endpoint is called.'),
    key: key.optional().meta({
      description:
        'A Bedrock API key. Leave out to sign with the credentials of the process or the function.',
    }),
    betas: z
      .array(
        z.string().regex(/^[a-z0-9-]{1,100}$/, 'a value of anthropic-beta, such as context-1m-2025-08-07'),
      )
      .max(50, 'at most 50 entries')
      .optional()
      .meta({
        description:
          'Further values of the header `anthropic-beta` that this account takes. Those that are not known to be taken are left out, with a warning.',
        default: [],
      }),
    base_url: baseUrl.optional().meta({
      description: 'Endpoint of bedrock-runtime, for a VPC endpoint.',
      defaultText: 'the public endpoint of the region',
    }),
  })
  .describe('Amazon Bedrock: Claude in its own format, every other model through Converse.');

export const provider = z
  .discriminatedUnion('type', [sandbox, openai, anthropic, bedrock, openaiCompatible])
  .describe('An upstream that serves models.');
