import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { disableCommand, enableCommand, stopsCommand } from '../../../../bin/commands/stop.ts';
import { operatorWorld } from '../../../support/operator.ts';
import { runOperator } from '../../../support/operator-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-stop-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'tollgate.yaml');
writeFileSync(
  file,
  `
providers: { sandbox: { type: sandbox } }
models: { 'sandbox*': { targets: [{ provider: sandbox }] } }
callers:
  - { principal: 'arn:aws:iam::123456789012:role/web', team: search, app: web }
  - { principal: 'arn:aws:iam::123456789012:role/ads', team: ads }
`,
);

describe('tollgate disable, enable, stops', () => {
  test('stop something by its name in the config, list it, and take it back', async () => {
    const world = operatorWorld();
    const words = ['--why', 'runaway job', '--config', file];
    const disabled = await runOperator(
      disableCommand,
      ['model', 'sandbox*', '--for', '30m', ...words],
      world,
    );
    assert.deepEqual([disabled.exit, disabled.err], [0, '']);
    assert.match(
      disabled.out,
      /^The model sandbox\* is disabled until 2026-11-24T12:30:00Z\. In force within 10/,
    );
    await runOperator(disableCommand, ['app', 'search/web', '--who', 'bob', ...words], world);
    assert.equal(
      (await runOperator(stopsCommand, [], world)).out,
      [
        'kind   name        who        why          since                 until',
        'model  sandbox*    ops/alice  runaway job  2026-11-24T12:00:00Z  2026-11-24T12:30:00Z',
        'app    search/web  bob        runaway job  2026-11-24T12:00:00Z  -',
        '',
      ].join('\n'),
    );
    assert.equal(
      (await runOperator(enableCommand, ['model', 'sandbox*'], world)).out,
      'The model sandbox* is enabled. In force within 10 seconds.\n',
    );
    const left = await runOperator(stopsCommand, ['--json'], world);
    assert.deepEqual(JSON.parse(left.out), {
      kind: 'app',
      name: 'search/web',
      who: 'bob',
      why: 'runaway job',
      at: '2026-11-24T12:00:00.000Z',
      until: null,
    });
    await runOperator(enableCommand, ['app', 'search/web', '--json'], world);
    assert.equal((await runOperator(stopsCommand, [], world)).out, 'Nothing is disabled.\n');
  });

  test('a misspelled name is an error that lists the right ones, unless it is not to be checked', async () => {
    const world = operatorWorld();
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ['model', 'sandbx'],
        /^disable: \S+ has no model "sandbx"; it has sandbox\*\. Name the config that runs with --config; --unchecked takes any/,
      ],
      [['model', 'sandbox-fast'], /It is served by the entry "sandbox\*", which can be disabled as a whole/],
      [['provider', 'openai'], /no provider "openai"; it has sandbox\./],
      [['team', 'serach'], /no team "serach"; it has search, ads\./],
      [['app', 'search/desk'], /no app "search\/desk"; it has search\/web\./],
      [
        ['user', 'alice'],
        /value 'user' is invalid for argument 'kind'\. Allowed choices are model, provider, team, app/,
      ],
    ];
    for (const [args, expected] of cases) {
      const { exit, err } = await runOperator(
        disableCommand,
        [...args, '--why', 'w', '--config', file],
        world,
      );
      assert.equal(exit, 1);
      assert.match(err, expected);
    }
    assert.equal(world.store.items.size, 0);
    const unchecked = ['model', 'sandbx', '--why', 'w', '--config', file, '--unchecked'];
    assert.equal((await runOperator(disableCommand, unchecked, world)).exit, 0);
  });

  test('taking back what is not disabled is an error', async () => {
    const { exit, err } = await runOperator(enableCommand, ['team', 'search'], operatorWorld());
    assert.equal(exit, 1);
    assert.match(err, /^enable: the team "search" is not disabled; `tollgate stops` lists what is\n$/);
  });
});
