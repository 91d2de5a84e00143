/** Shannon entropy of the characters of an ASCII text, in bits a character: 0 for `xxxx`, about 5 for 40 random ones. */
export function entropy(text: string): number {
  const counts = new Uint32Array(128);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index) & 127;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  let bits = 0;
  for (let code = 0; code < 128; code++) {
    const share = (counts[code] ?? 0) / text.length;
    if (share > 0) bits -= share * Math.log2(share);
  }
  return bits;
}
