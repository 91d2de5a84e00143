import type { DataClass } from '../config/schema.ts';
import { isJson } from '../json-value.ts';
import { detect } from './detect.ts';
import { isExempt, isFreeName, type Place, sibling } from './exempt.ts';
import type { Finding } from './finding.ts';
import { innerLayer, type Layer } from './layer.ts';
import { placeholder, replaceFindings } from './placeholder.ts';
import type { Tally } from './tally.ts';
import { UniqueNames } from './unique-names.ts';

/** An object or array that the walk is inside of. */
interface Frame {
  readonly token: number;
  /** The first token behind it. */
  readonly end: number;
  /** The key it stands under; an element's is that of its array. */
  readonly name: string;
  readonly isObject: boolean;
  readonly isFree: boolean;
  names: UniqueNames | undefined;
}

/** How many levels of JSON in strings are read as JSON. Deeper ones are scanned as text. */
const LEVELS_MAX = 8;

/** Shorter numbers are no card. */
const NUMBER_LEAST = 12;

/** Visits every key, string and number of a layer, and of the JSON inside its strings. */
export class Walk {
  readonly #tally: Tally;
  readonly #classes: readonly DataClass[];
  readonly #maxDepth: number;
  readonly #at: { layer: Layer; token: number }[] = [];

  constructor(tally: Tally, classes: readonly DataClass[], maxDepth: number) {
    this.#tally = tally;
    this.#classes = classes;
    this.#maxDepth = maxDepth;
  }

  /** Where the walk is, for the message when something throws. */
  get path(): string {
    const at = this.#at.at(-1);
    return at === undefined ? '' : at.layer.path(at.token);
  }

  layer(layer: Layer): void {
    const { tape } = layer;
    const at = { layer, token: 0 };
    this.#at.push(at);
    const frames: Frame[] = [];
    let name = '';
    for (let token = 0; token < tape.length && !this.#tally.isOver; token++) {
      at.token = token;
      while ((frames.at(-1)?.end ?? tape.length) <= token) frames.pop();
      const frame = frames.at(-1);
      const kind = tape.kind(token);
      const own = frame === undefined ? '' : frame.isObject ? name : frame.name;
      if (kind === 'key') {
        name = tape.text(token);
        if (frame !== undefined) this.#key(layer, frame, token, name);
      } else if (kind === 'string') this.#string(layer, token, placeOf(layer, frames, own));
      else if (kind === 'number') this.#number(layer, token, contextOf(placeOf(layer, frames, own)));
      else if (kind === 'object' || kind === 'array') {
        // An element has no name of its own: it is as free as its array.
        const isNamedFree = frame?.isObject === true && isFreeName(own, frames.length === 1);
        const isFree = frame?.isFree === true || layer.level > 0 || isNamedFree;
        frames.push({
          token,
          end: tape.next(token),
          name: own,
          isObject: kind === 'object',
          isFree,
          names: undefined,
        });
      }
    }
    this.#at.pop();
  }

  #detect(text: string, context: string): readonly Finding[] {
    return detect(text, { classes: this.#classes, context });
  }

  #key(layer: Layer, frame: Frame, token: number, text: string): void {
    const findings = this.#detect(text, '');
    if (findings.length === 0 || !this.#tally.add(findings, () => layer.path(token))) return;
    frame.names ??= new UniqueNames(layer.tape.members(frame.token).map(({ key }) => layer.tape.text(key)));
    const suffix = frame.names.suffix((more) => replaceFindings(text, findings, more));
    this.#patch(layer, token, text, findings, suffix);
  }

  #string(layer: Layer, token: number, place: Place): void {
    const text = layer.tape.text(token);
    if (isExempt(layer.tape, place, text)) return;
    if (layer.level < LEVELS_MAX && looksLikeJson(text)) {
      const inner = innerLayer(layer, token, this.#maxDepth);
      if (inner !== undefined) {
        this.layer(inner);
        return;
      }
    }
    const findings = this.#detect(text, contextOf(place));
    if (findings.length === 0 || !this.#tally.add(findings, () => layer.path(token))) return;
    const obstacle = obstacleOf(layer, place, text, findings);
    if (obstacle === undefined) this.#patch(layer, token, text, findings, '');
    else this.#tally.giveUp(layer.path(token), obstacle);
  }

  /** A number that is redacted becomes a string. */
  #number(layer: Layer, token: number, context: string): void {
    const raw = layer.tape.raw(token);
    if (raw.length < NUMBER_LEAST && !/[eE]/.test(raw)) return;
    const value = Number(raw);
    // 4.111111111111111e15 is a card number to whoever reads it.
    const text = /[.eE]/.test(raw) && Number.isSafeInteger(value) ? String(value) : raw;
    const findings = this.#detect(text, context);
    if (findings.length === 0 || !this.#tally.add(findings, () => layer.path(token))) return;
    const { start, end } = layer.range(token);
    this.#tally.replace(start, end, JSON.stringify(replaceFindings(text, findings)), layer.escapes);
  }

  #patch(layer: Layer, token: number, text: string, findings: readonly Finding[], suffix: string): void {
    const map = layer.string(token);
    for (const finding of findings) {
      const replacement = placeholder(finding, text.slice(finding.start, finding.end));
      const more = finding === findings.at(-1) ? suffix : '';
      const start = map.rawStart(finding.start);
      this.#tally.replace(start, map.rawEnd(finding.end), replacement + more, map.escapes);
    }
  }
}

function placeOf(layer: Layer, frames: readonly Frame[], name: string): Place {
  const frame = frames.at(-1);
  return {
    name,
    object: frame?.isObject === true ? frame.token : undefined,
    parent: frame?.name ?? '',
    isFree: frame?.isFree === true || layer.level > 0,
  };
}

const SPACE = /\s/;

/** Whether a text may be a JSON object or array: by its first and last character other than white space. */
function looksLikeJson(text: string): boolean {
  let first = 0;
  while (first < text.length && SPACE.test(text[first] ?? '')) first++;
  const open = text[first];
  if (open !== '{' && open !== '[') return false;
  let last = text.length - 1;
  while (last > first && SPACE.test(text[last] ?? '')) last--;
  return text[last] === (open === '{' ? '}' : ']');
}

/** What names a value: its key and that of the object around it, as in `{"card": {"number": ...}}`. */
function contextOf(place: Place): string {
  return `${place.parent} ${place.name}`;
}

/** Why a string with findings cannot be rewritten; undefined where it can. */
function obstacleOf(
  layer: Layer,
  place: Place,
  text: string,
  findings: readonly Finding[],
): string | undefined {
  if (place.name === 'thinking' && isSigned(layer, place)) {
    return 'it holds data to redact, but the provider signed it and would refuse a change; leave the block out';
  }
  // Only text that could not be read as JSON by all alike comes here, such as an object that repeats a key.
  if (place.name === 'arguments' && isJson(text) && !isJson(replaceFindings(text, findings))) {
    return 'its data to redact stands so that the arguments would be no JSON any more';
  }
  return undefined;
}

function isSigned(layer: Layer, place: Place): boolean {
  if (place.object === undefined || place.isFree) return false;
  return (sibling(layer.tape, place.object, 'signature') ?? '') !== '';
}
