// The pseudo-random numbers of glibc's rand(), so that a seed gives the same random
// configuration here as in the kernel's conf: an additive generator over 31 words.

const WORDS = 31;
const SEPARATION = 3;
const DISCARDED = 310;

export class GlibcRandom {
  private readonly words = new Int32Array(WORDS);
  private front = SEPARATION;
  private rear = 0;

  constructor(seed: number) {
    const start = seed >>> 0 === 0 ? 1 : seed | 0;
    this.words[0] = start;
    // Filled by the "minimal standard" generator: 16807 x mod 2^31 - 1.
    let word = start;
    for (let i = 1; i < WORDS; i++) {
      const high = Math.trunc(word / 127773);
      const low = word % 127773;
      word = 16807 * low - 2836 * high;
      if (word < 0) word += 2147483647;
      this.words[i] = word;
    }
    for (let i = 0; i < DISCARDED; i++) this.next();
  }

  /** From 0 to 2^31 - 1. */
  next(): number {
    const sum = ((this.words[this.front] as number) + (this.words[this.rear] as number)) | 0;
    this.words[this.front] = sum;
    this.front = (this.front + 1) % WORDS;
    this.rear = (this.rear + 1) % WORDS;
    return sum >>> 1;
  }
}
