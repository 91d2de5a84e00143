/** What the suite asks of a client. */
export interface Ask {
  readonly model: string;
  readonly system: string;
  readonly prompt: string;
  readonly stream: boolean;
  /** Whether reasoning is asked for, in the client's own way. */
  readonly thinking: boolean;
}

/** What the client made of the answer. */
export interface Told {
  readonly text: string;
  /** How many pieces of text arrived; 1 where the client was not streaming. */
  readonly pieces: number;
  /** Tokens of the last turn as the client reports them. */
  readonly usage: { readonly input: number; readonly output: number } | undefined;
}

/** The one tool of the suite. */
export interface WeatherTool {
  run(input: { readonly city: string }): string;
}

/** An official client, driven through its own code: its loop calls the tool and asks again. */
export interface Client {
  readonly name: string;
  readonly speaks: 'chat' | 'messages';
  /** Reads input tokens from the first event of a stream alone, where an upstream of another format has none yet. */
  readonly countsInputFirst?: boolean;
  ask(ask: Ask): Promise<Told>;
  loop(ask: Ask, tool: WeatherTool): Promise<Told>;
  /** A JSON object of the shape of `CITY_SCHEMA`, parsed by the client. */
  object(ask: Ask): Promise<unknown>;
  /** The HTTP status that an error of the client tells, if any. */
  statusOf(error: unknown): number | undefined;
}

/** Makes a client of a gateway; `url` has no version at its end. Clients make no retries of their own. */
export type MakeClient = (url: string) => Client;

export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city.',
  schema: {
    type: 'object' as const,
    properties: { city: { type: 'string', description: 'Name of the city.' } },
    required: ['city'],
    additionalProperties: false as const,
  },
};

export const CITY_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' }, country: { type: 'string' } },
  required: ['city', 'country'],
  additionalProperties: false as const,
};
