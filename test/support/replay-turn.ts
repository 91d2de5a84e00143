/** What a model says in one turn, whatever the format: the blocks in this order. */
export interface Turn {
  readonly thinking?: { readonly text: string; readonly signature: string };
  /** Data of a redacted thinking block. Only Claude has them. */
  readonly redacted?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly input: object }[];
}

/** Tokens that every turn is said to have used. */
export const TURN_USAGE = { input: 120, output: 30 };

/** Words, each with the space behind it: the pieces that a model's stream has. */
export function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}
