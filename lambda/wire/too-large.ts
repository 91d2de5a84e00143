/** One event of a stream grew beyond its splitter's maximum. */
export class TooLarge extends Error {}
