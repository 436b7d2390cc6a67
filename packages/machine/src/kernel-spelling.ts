/** Spells a camel-case name the way the kernel does: `tryToUnmapOne` is `try_to_unmap_one`. */
export function kernelSpelling(name: string): string {
  return name
    .replace(/(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, (capital) => `_${capital}`)
    .toLowerCase();
}
