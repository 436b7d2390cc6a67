/** A byte or an address as the kernel prints it: `0x79`. */
export function hex(number: number): string {
  return `0x${number.toString(16)}`;
}
