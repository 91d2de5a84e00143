/** A value as the ledger's items carry it: text, whole number or bytes. */
export type FactValue = string | bigint | Uint8Array;

/** Attributes of an entry; `heldFacts` and `finalFacts` name them, `rowOf` reads them. */
export type EntryFacts = Readonly<Record<string, FactValue>>;
