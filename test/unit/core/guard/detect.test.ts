import assert from 'node:assert/strict';
import test from 'node:test';
import { detect } from '../../../../lambda/core/guard/detect.ts';
import { withoutOverlaps } from '../../../../lambda/core/guard/overlaps.ts';
import { placeholder, replaceFindings } from '../../../../lambda/core/guard/placeholder.ts';
import { found } from './found.ts';
import { CARDS, IBANS, JWT, TOKENS } from './samples.ts';

test('findings of all types come sorted and apart, with their classes', () => {
  const text = `${IBANS.germany} jane@example.com ${TOKENS.GITHUB_TOKEN} ${CARDS.visa}`;
  const findings = detect(text);
  assert.deepEqual(
    findings.map((finding) => [finding.type, finding.class]),
    [
      ['IBAN', 'financial'],
      ['EMAIL', 'contact'],
      ['GITHUB_TOKEN', 'credential'],
      ['CREDIT_CARD', 'card'],
    ],
  );
  for (const [index, finding] of findings.entries()) {
    if (index > 0) assert.ok(finding.start >= findings[index - 1]!.end);
  }
});

test('only the classes asked for are looked for', () => {
  const text = `jane@example.com ${CARDS.visa}`;
  assert.deepEqual(found(text, { classes: ['card'] }), [`CREDIT_CARD ${CARDS.visa}`]);
  assert.deepEqual(found(text, { classes: [] }), []);
});

test('positions are those of the given text although invisible characters were taken out before', () => {
  assert.deepEqual(found('\u200b\u200bx jane@exa\u200bmple.com 𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏!'), [
    'EMAIL jane@exa\u200bmple.com',
    'CREDIT_CARD 𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏',
  ]);
});

test('an encoded value is found far behind another one, and next to plain ones', () => {
  const gap = 'nothing to see here. '.repeat(100);
  const text = `a%40example.com ${gap}b@example.com ${gap}c%40example.com`;
  assert.deepEqual(found(text), ['EMAIL a%40example.com', 'EMAIL b@example.com', 'EMAIL c%40example.com']);
});

test('of two that overlap the credential gives the name and the span covers both', () => {
  assert.deepEqual(found(`${TOKENS.GITHUB_TOKEN}@example.com`), [
    `GITHUB_TOKEN ${TOKENS.GITHUB_TOKEN}@example.com`,
  ]);
  const email = { type: 'EMAIL', class: 'contact', start: 5, end: 9 } as const;
  const card = { type: 'CREDIT_CARD', class: 'card', start: 0, end: 6 } as const;
  const jwt = { type: 'JWT', class: 'credential', start: 8, end: 10 } as const;
  assert.deepEqual(withoutOverlaps([email, card]), [{ ...card, end: 9 }]);
  assert.deepEqual(withoutOverlaps([jwt, email]), [{ ...jwt, start: 5 }]);
  assert.deepEqual(withoutOverlaps([{ ...email, start: 6 }, card]), [card, { ...email, start: 6 }]);
});

test('a token in a query beside an address is told apart from it', () => {
  assert.deepEqual(found(`https://app.example.com/reset?email=jane@example.com&token=${JWT}`), [
    'EMAIL jane@example.com',
    `JWT ${JWT}`,
  ]);
});

test('what was redacted is not found again', () => {
  const text = `jane@example.com ${CARDS.visa} ${IBANS.germany} ${Object.values(TOKENS).join(' ')} ${JWT}`;
  const redacted = replaceFindings(text, detect(text));
  assert.ok(redacted.startsWith('REDACTED_EMAIL REDACTED_CREDIT_CARD REDACTED_IBAN REDACTED_'), redacted);
  assert.deepEqual(detect(redacted), []);
});

test('a placeholder is made of capitals, digits and underscores only', () => {
  for (const finding of detect(`jane@example.com ${Object.values(TOKENS).join(' ')}`)) {
    assert.match(placeholder(finding, 'any'), /^[A-Z0-9_]+$/);
  }
});

test('short and empty texts hold nothing', () => {
  for (const text of ['', 'a', '@', 'a@b.c', '\u200b']) assert.deepEqual(detect(text), []);
});
