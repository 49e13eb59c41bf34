// Why a text is no key: found before a run begins, since a call that cannot even be sent looks like a broken connection,
// and would be tried again and listed as one that may be billed.

/** A sentence without the key; undefined for a key that a header can carry. White space around it is none of it. */
export const apiKeyFault = (key: string): string | undefined => {
  const place = key.trim().search(/[^\x20-\x7E]/)
  return place === -1
    ? undefined
    : `has a character that no header can carry, at position ${place + 1}; copy the key again`
}
