import { FEATURE_NAMES } from '../../../lambda/core/chat/feature-names.ts';
import {
  FEATURES,
  type Feature,
  type Support,
  type SupportTable,
} from '../../../lambda/core/chat/features.ts';
import { PRESET_NAMES } from '../../../lambda/core/config/provider-presets.ts';
import { anthropicMessages } from '../../../lambda/formats/anthropic-messages/upstream.ts';
import { bedrockConverse, converseFor } from '../../../lambda/formats/bedrock-converse/upstream.ts';
import { supportOf } from '../../../lambda/formats/openai-chat/support.ts';
import { openaiChat } from '../../../lambda/formats/openai-chat/upstream.ts';
import { PLAIN, SERVERS } from '../../../lambda/providers/openai-compatible/presets.ts';

interface Column {
  readonly head: string;
  readonly title: string;
  readonly table: SupportTable;
}

const PLAIN_TABLE = supportOf(PLAIN.quirks);

const COLUMNS: readonly Column[] = [
  { head: 'OpenAI', title: 'OpenAI', table: openaiChat.support },
  {
    head: 'Claude',
    title: 'Claude, at Anthropic and on Bedrock',
    table: anthropicMessages.support,
  },
  { head: 'Bedrock', title: 'Other models on Bedrock', table: bedrockConverse.support },
  { head: 'compatible', title: 'Servers that speak the OpenAI format', table: PLAIN_TABLE },
];

/** Families of Bedrock whose table differs from that of other models, by an id of theirs. */
const FAMILIES: readonly (readonly [name: string, id: string])[] = [
  ['Nova', 'amazon.nova-pro-v1:0'],
  ['Mistral', 'mistral.mistral-large-3-675b-instruct'],
];

/** The text of docs/reference/parameters.md. */
export function parametersReference(): string {
  return [
    ...INTRODUCTION,
    `| | chat completions | messages | ${COLUMNS.map(({ head }) => head).join(' | ')} |`,
    `|---|---|---|${COLUMNS.map(() => '---|').join('')}`,
    ...FEATURES.map(overview),
    '',
    ...COLUMNS.flatMap(notes),
    ...differences(),
  ].join('\n');
}

const INTRODUCTION: readonly string[] = [
  '# What becomes of each parameter',
  '',
  'A request that comes in the format of its target is forwarded: every parameter arrives as it was sent, and nothing on this',
  'page applies. Chat completions go to OpenAI and to servers of its format so, messages to Anthropic and to Claude on Bedrock.',
  'In every other case the request is translated, and each thing that it asks for is one of these:',
  '',
  '- **native**: the same under this name or another. **mapped**: what means the same there.',
  '- **emulated**: reached by other means. The answer has a warning that says how.',
  '- **refused**: there is nothing like it. The request ends with a 400 that names the parameter, or, where its model has',
  '  `unsupported: drop`, the parameter is left out and a warning says so.',
  '- **refused always**: it is part of what is said, so it is never left out.',
  '',
  'What depends on a value or on the model comes on top, such as a temperature above the maximum: see `thinking`, `sampling`',
  'and the like of [each model](models.md). A value that asks for nothing (`n: 1`, `logprobs: false`, `null`) is never refused.',
  '',
];

function overview(feature: Feature): string {
  const { label, chat, messages } = FEATURE_NAMES[feature];
  const words = COLUMNS.map(({ table }) => word(table[feature]));
  return `| ${[label, spelled(chat), spelled(messages), ...words].join(' | ')} |`;
}

function spelled(spellings: readonly string[]): string {
  return spellings.map(code).join(', ');
}

/** `tool_choice any other` shows the path as code and the remark behind it as words. */
function code(spelling: string): string {
  const [path = '', ...rest] = spelling.split(' ');
  return path === 'any' ? spelling : [`\`${path}\``, ...rest].join(' ');
}

function word({ how, content }: Support): string {
  return how === 'refused' && content === true ? 'refused always' : how;
}

function notes({ title, table }: Column): readonly string[] {
  return [
    `## ${title}`,
    '',
    '| parameter | | what it becomes, or why not |',
    '|---|---|---|',
    ...FEATURES.flatMap((feature) => noteRow(feature, table[feature])),
    '',
  ];
}

function noteRow(feature: Feature, support: Support): readonly string[] {
  if (support.note === undefined) return [];
  return [`| ${FEATURE_NAMES[feature].label} | ${word(support)} | ${cell(support.note)} |`];
}

/** Where a family of models or a server with a preset differs from the others of its column. */
function differences(): readonly string[] {
  const families = FAMILIES.flatMap(([name, id]) =>
    differing(`${name} on Bedrock`, converseFor(id).support, bedrockConverse.support),
  );
  const presets = PRESET_NAMES.flatMap((preset) =>
    differing(`\`${preset}\``, supportOf(SERVERS[preset].quirks), PLAIN_TABLE),
  );
  return [
    '## Where a family or a preset differs',
    '',
    'From other models on Bedrock, and from other servers that speak the OpenAI format.',
    '',
    '| where | parameter | | what it becomes, or why not |',
    '|---|---|---|---|',
    ...families,
    ...presets,
    '',
  ];
}

function differing(who: string, table: SupportTable, others: SupportTable): readonly string[] {
  return FEATURES.flatMap((feature) => {
    const own = table[feature];
    const other = others[feature];
    if (own.how === other.how && own.note === other.note) return [];
    return [`| ${who} | ${FEATURE_NAMES[feature].label} | ${word(own)} | ${cell(own.note ?? '')} |`];
  });
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
