/**
 * Why bytes are no acceptable JSON text: a phrase such as `repeated key`, the path of the place (empty for the root),
 * and its byte offset.
 */
export interface JsonProblem {
  readonly problem: string;
  readonly path: string;
  readonly offset: number;
}

export function nestingProblem(maxDepth: number): string {
  return `nesting deeper than ${maxDepth} objects and arrays`;
}
