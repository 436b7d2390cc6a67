/** Adjacent bits of an entry. */
export interface BitField {
  /** Counted from the least significant bit, 0. */
  readonly lowest: number;
  readonly width: number;
}

/** One bit of an entry, counted from the least significant. */
export function bit(number: number): bigint {
  return 1n << BigInt(number);
}

/** The bits from `lowest` to `highest`, both in it. */
export function bits(lowest: number, highest: number): BitField {
  return { lowest, width: highest - lowest + 1 };
}

/** All bits of a field. */
export function maskOf({ lowest, width }: BitField): bigint {
  return (bit(width) - 1n) << BigInt(lowest);
}

/** The field with a value in it; what does not fit is cut off. */
export function put(field: BitField, value: number): bigint {
  return (BigInt(value) << BigInt(field.lowest)) & maskOf(field);
}

/** The value in a field of an entry. */
export function take(field: BitField, entry: bigint): number {
  return Number((entry & maskOf(field)) >> BigInt(field.lowest));
}
