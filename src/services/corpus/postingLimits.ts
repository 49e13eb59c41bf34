// Bounds of the lists that say which pieces have a shingle: they bound the work of a search, whatever the pieces are.

/** Pieces of one segment: what they are numbered by fits two bytes. */
export const segmentEntries = 65_535

/**
 * A segment lists so many pieces for a shingle, those of the smallest sets. A shingle that more of them have, one in 512
 * of a full segment, tells little: it is common text.
 */
export const listMax = 128
