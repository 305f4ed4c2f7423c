/**
 * How logic says what happened: it tells a listener facts in the past tense and never prints. A
 * listener for many events fits wherever a room asks for a listener of its own.
 */
export type Report<Event> = (event: Event) => void;

/** The listener of those who do not listen. */
export const silent: Report<unknown> = () => {};
