import type { Item, Value } from '../../ports/ledger-store.ts';

/** The parts that the auditor reads of a DynamoDB Streams event. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export interface StreamEvent {
  readonly Records: readonly {
    readonly dynamodb?: {
      readonly SequenceNumber?: string;
      readonly OldImage?: Image;
      readonly NewImage?: Image;
    };
  }[];
}

type Image = Readonly<Record<string, { readonly S?: string; readonly N?: string; readonly B?: string }>>;

/** A change with its sequence number and the item before and after it; undefined where it did not exist. */
export interface ItemChange {
  readonly id: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export function changesOf(event: StreamEvent): readonly ItemChange[] {
  return event.Records.map(({ dynamodb }) => ({
    id: dynamodb?.SequenceNumber ?? '',
    before: itemOf(dynamodb?.OldImage),
    after: itemOf(dynamodb?.NewImage),
  }));
}

function itemOf(image: Image | undefined): Item | undefined {
  if (image === undefined) return undefined;
  const item: Record<string, Value> = {};
  for (const [name, { S, N, B }] of Object.entries(image)) {
    // Attributes of other types are none of the ledger's.
    if (S !== undefined) item[name] = S;
    else if (N !== undefined) item[name] = BigInt(N);
    else if (B !== undefined) item[name] = Buffer.from(B, 'base64');
  }
  return item;
}
