const units: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads a date limit: a day, an RFC 3339 time, an age in words (`7 days`, `24h`), or an ISO 8601 duration (`P7D`,
 * `PT12H`). A day counts whole (uv's `--exclude-newer`) unless it is its `start` that counts (pip's
 * `--uploaded-prior-to`). Answers milliseconds since 1970, `undefined` for other texts.
 */
export function parseDateLimit(
  text: string,
  now: number,
  dayMeans: "end" | "start" = "end",
): number | undefined {
  const trimmed = text.trim();
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(trimmed);
  if (day !== null) {
    const start = Date.parse(`${trimmed}T00:00:00Z`);
    // Date.parse takes 30 February for 2 March in some engines; only days that exist are days.
    return Number.isNaN(start) || new Date(start).getUTCDate() !== Number(day[3])
      ? undefined
      : start + (dayMeans === "end" ? 86_400_000 : 0);
  }
  if (/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}/.test(trimmed)) {
    const zoned = /([Zz]|[+-]\d{2}:?\d{2})$/.test(trimmed) ? trimmed : `${trimmed}Z`;
    const time = Date.parse(zoned.replace(" ", "T"));
    return Number.isNaN(time) ? undefined : time;
  }
  const age = /^(\d+)\s*([a-z]+?)s?(\s+ago)?$/i.exec(trimmed);
  const unit = age === null ? undefined : units[(age[2] as string).toLowerCase()];
  if (age !== null && unit !== undefined) return now - Number(age[1]) * unit;
  const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(trimmed);
  if (iso === null || trimmed.length < 3) return undefined;
  const [weeks, days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return (
    now -
    (weeks * 604_800_000 +
      days * 86_400_000 +
      hours * 3_600_000 +
      minutes * 60_000 +
      seconds * 1000)
  );
}
