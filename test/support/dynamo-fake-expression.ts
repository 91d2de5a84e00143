/** DynamoDB's JSON of one value; bytes in base64. */
export interface WireValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
}
export type WireItem = Readonly<Record<string, WireValue>>;

/** The expressions of one request with their tables, checked as strictly as DynamoDB checks them. */
export interface Expressions {
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, WireValue>>;
}

/** What DynamoDB answers with a ValidationException. */
export class Invalid extends Error {}

/** Reads the part of DynamoDB's expression language that conditional writes over flat items need. */
export class Reader {
  readonly #request: Expressions;
  readonly #used = new Set<string>();
  #tokens: string[] = [];

  constructor(request: Expressions) {
    for (const table of [request.ExpressionAttributeNames, request.ExpressionAttributeValues]) {
      if (table !== undefined && Object.keys(table).length === 0)
        throw new Invalid('An empty table of placeholders');
    }
    this.#request = request;
  }

  /** Whether an item meets a condition or a key condition. No expression is met by everything. */
  holds(expression: string | undefined, item: WireItem): boolean {
    if (expression === undefined) return true;
    this.#start(expression);
    let all = true;
    do {
      // Every comparison is read, whatever the one before said, so that an invalid one never hides.
      if (!this.#comparison(item)) all = false;
    } while (this.#take('AND'));
    this.#end();
    return all;
  }

  /** The item after an update; operands are read from before it. */
  update(expression: string | undefined, before: WireItem): WireItem {
    const after: Record<string, WireValue> = { ...before };
    if (expression === undefined) return after;
    this.#start(expression);
    const paths = new Set<string>();
    const path = () => {
      const name = this.#name();
      if (paths.has(name)) throw new Invalid('Two document paths overlap with each other');
      if (name === 'pk' || name === 'sk') throw new Invalid('Cannot update attribute. It is part of the key');
      paths.add(name);
      return name;
    };
    if (this.#take('SET')) {
      do {
        const name = path();
        this.#expect('=');
        after[name] = this.#sum(before);
      } while (this.#take(','));
    }
    if (this.#take('REMOVE')) {
      do delete after[path()];
      while (this.#take(','));
    }
    this.#end();
    return after;
  }

  /** Call after the last expression: DynamoDB refuses placeholders that no expression uses. */
  finish(): void {
    const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = this.#request;
    for (const holder of [
      ...Object.keys(ExpressionAttributeNames),
      ...Object.keys(ExpressionAttributeValues),
    ]) {
      if (!this.#used.has(holder)) throw new Invalid(`Value unused in expressions: ${holder}`);
    }
  }

  #comparison(item: WireItem): boolean {
    if (this.#take('attribute_not_exists')) {
      this.#expect('(');
      const name = this.#name();
      this.#expect(')');
      return item[name] === undefined;
    }
    const actual = item[this.#name()];
    const comparator = this.#next();
    if (!['=', '<=', '>=', '<'].includes(comparator)) throw new Invalid(`Syntax error at ${comparator}`);
    const order = actual && compare(actual, this.#value());
    if (actual === undefined) this.#value();
    if (order === undefined) return false;
    if (comparator === '=') return order === 0;
    if (comparator === '<') return order < 0;
    return comparator === '<=' ? order <= 0 : order >= 0;
  }

  #sum(item: WireItem): WireValue {
    const left = this.#operand(item);
    if (!this.#take('+')) return left;
    const right = this.#operand(item);
    if (left.N === undefined || right.N === undefined)
      throw new Invalid('Incorrect operand type for operator +');
    return { N: String(BigInt(left.N) + BigInt(right.N)) };
  }

  #operand(item: WireItem): WireValue {
    if (this.#tokens[0]?.startsWith(':')) return this.#value();
    if (this.#take('if_not_exists')) {
      this.#expect('(');
      const name = this.#name();
      this.#expect(',');
      const otherwise = this.#operand(item);
      this.#expect(')');
      return item[name] ?? otherwise;
    }
    const value = item[this.#name()];
    if (value === undefined)
      throw new Invalid('The expression refers to an attribute that does not exist in the item');
    return value;
  }

  #name(): string {
    const holder = this.#next();
    const name = this.#request.ExpressionAttributeNames?.[holder];
    if (name === undefined) throw new Invalid(`An attribute name not defined or reserved: ${holder}`);
    this.#used.add(holder);
    return name;
  }

  #value(): WireValue {
    const holder = this.#next();
    const value = this.#request.ExpressionAttributeValues?.[holder];
    if (value === undefined) throw new Invalid(`An expression attribute value is not defined: ${holder}`);
    this.#used.add(holder);
    return value;
  }

  #start(expression: string): void {
    if (expression.length > 4096) throw new Invalid('Expression size has exceeded the maximum allowed size');
    this.#tokens = expression.match(/[#:]?\w+|<=|>=|[^\s]/g) ?? [];
  }

  #end(): void {
    if (this.#tokens.length > 0) throw new Invalid(`Syntax error at ${this.#tokens[0]}`);
  }

  #next(): string {
    return this.#tokens.shift() ?? '';
  }

  #take(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Invalid(`Syntax error: ${token} expected at ${this.#tokens[0]}`);
  }
}

function compare(a: WireValue, b: WireValue): number | undefined {
  if (a.N !== undefined && b.N !== undefined) return sign(BigInt(a.N), BigInt(b.N));
  if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined) {
    return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  }
  return undefined;
}

function sign(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
