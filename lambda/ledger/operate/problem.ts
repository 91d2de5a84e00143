/** Why a command changes or shows nothing, in words for the person who typed it: one line, what is wrong and what to do. */
export class OperateProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OperateProblem';
  }
}
