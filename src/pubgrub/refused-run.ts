/** Looks far ahead are made so many at a time, because each of them may be a round trip. */
const looksAhead = 4;
const firstStep = 8;

/**
 * Guesses where a run of refused versions ends that begins at 0, when the first `count` are known to be refused. Neighbours
 * mostly ask for the same, so a few looks far ahead tell; versions between them are taken on trust, which is why the answer
 * serves to decide how many to read, and for nothing else.
 */
export async function guessEnd(
  areRefused: (positions: readonly number[]) => Promise<readonly boolean[]>,
  count: number,
): Promise<number> {
  let refused = count - 1;
  let standing: number | undefined;
  const look = async (positions: readonly number[]): Promise<void> => {
    const answers = await areRefused(positions);
    const at = answers.indexOf(false);
    if (at !== -1) standing = positions[at];
    refused = positions[(at === -1 ? positions.length : at) - 1] ?? refused;
  };
  for (let step = firstStep; standing === undefined; step *= looksAhead ** 2) {
    const from = refused;
    await look(Array.from({ length: looksAhead }, (_, i) => from + step * looksAhead ** i));
  }
  while (standing - refused > 1) {
    const from = refused;
    const gap: number = standing - from;
    const quarters = new Set([1, 2, 3].map((part) => from + Math.ceil((gap * part) / 4)));
    await look([...quarters].filter((position) => position < from + gap));
  }
  return standing;
}
