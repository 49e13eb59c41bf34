// What the fake model has at hand where a schema demands more than the evidence gives. None of it holds a figure or a
// promise: thin evidence is no reason to invent.

type Phrase = (name: string) => string

export const fillers: ReadonlyArray<Phrase> = [
  (name) => `The sources at hand describe ${name} only briefly.`,
  (name) => `This page keeps to what is known about ${name}.`,
  (name) => `For anything that is missing here, the people behind ${name} are the ones to ask.`,
  (name) => `Nothing beyond the sources is claimed for ${name}.`
]

/** For what the evidence says without being asked. */
export const questions: ReadonlyArray<Phrase> = [
  (name) => `What is ${name}?`,
  (name) => `What should I know about ${name} before I choose it?`,
  (name) => `What else is there to know about ${name}?`
]
