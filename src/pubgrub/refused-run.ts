/** Looks far ahead are made so many at a time, because each of them may be a round trip. */
const looksAhead = 4;
const firstStep = 8;

/**
 * Guesses where a run of refused versions ends that begins at 0, when the first `count` are known to be refused. Neighbours
 * mostly ask for the same, so a few looks far ahead tell; versions between them are taken on trust, which is why the answer
 * serves to decide how many to read, and for nothing else. Nobody looks at `most` or beyond, where every run ends.
 */
export async function guessEnd(
  areRefused: (positions: readonly number[]) => Promise<readonly boolean[]>,
  count: number,
  most: number = Infinity,
): Promise<number> {
  let refused = count - 1;
  let standing: number | undefined;
  const look = async (wanted: readonly number[]): Promise<void> => {
    const positions = wanted.filter((position) => position < most);
    const answers = positions.length === 0 ? [] : await areRefused(positions);
    const at = answers.indexOf(false);
    if (at !== -1) standing = positions[at];
    else if (positions.length < wanted.length) standing = most;
    refused = positions[(at === -1 ? positions.length : at) - 1] ?? refused;
  };
  const ahead = (step: number): number[] =>
    Array.from({ length: looksAhead }, (_, i) => refused + step * looksAhead ** i);
  // Most runs are short, and whatever is looked at behind their end is looked at in vain.
  const first = ahead(firstStep);
  await look(first.slice(0, 1));
  if (standing === undefined) await look(first.slice(1));
  for (let step = firstStep * looksAhead ** 2; standing === undefined; step *= looksAhead ** 2)
    await look(ahead(step));
  while (standing - refused > 1) {
    const from = refused;
    const gap: number = standing - from;
    const quarters = new Set([1, 2, 3].map((part) => from + Math.ceil((gap * part) / 4)));
    await look([...quarters].filter((position) => position < from + gap));
  }
  return standing;
}
