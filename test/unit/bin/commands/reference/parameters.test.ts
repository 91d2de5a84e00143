import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parametersReference } from '../../../../../bin/commands/reference/parameters.ts';
import { FEATURE_NAMES } from '../../../../../lambda/core/chat/feature-names.ts';
import { FEATURES } from '../../../../../lambda/core/chat/features.ts';
import { PARAMETERS } from '../../../../../lambda/formats/openai-chat/read-settings.ts';

const page = parametersReference();

test('the page has a row for every feature, with what becomes of it at each provider', () => {
  for (const feature of FEATURES) {
    const { label } = FEATURE_NAMES[feature];
    const row = page.split('\n').find((line) => line.startsWith(`| ${label} |`));
    assert.match(row ?? '', /(\| (native|mapped|emulated|refused|refused always) ){4}\|$/, label);
  }
});

test('every parameter of chat completions that is read is named', () => {
  const spelled = Object.values(FEATURE_NAMES).flatMap(({ chat }) =>
    chat.map((path) => path.split(/[ .[]/)[0]),
  );
  const silent = ['model', 'messages', 'stream', 'stream_options', 'moderation'];
  for (const name of Object.keys(PARAMETERS))
    if (!silent.includes(name)) assert.ok(spelled.includes(name), name);
});

test('labels are different, and each feature can be asked for in some format', () => {
  const names = Object.values(FEATURE_NAMES);
  assert.equal(new Set(names.map(({ label }) => label)).size, names.length);
  for (const { label, chat, messages } of names) assert.ok(chat.length + messages.length > 0, label);
});

test('tables have as many cells in every row as in their heads', () => {
  for (const table of page.split('\n\n').filter((block) => block.startsWith('|'))) {
    const cells = table
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/(?<!\\)\|/).length);
    assert.equal(new Set(cells).size, 1, table.slice(0, 80));
  }
});
