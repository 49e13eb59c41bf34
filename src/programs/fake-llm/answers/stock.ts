// Sentences and questions that the fake model has at hand when the evidence gives no more. None holds a figure, and none
// a promise: thin evidence is no reason to invent.

type Phrase = (name: string) => string

export const fillers: ReadonlyArray<Phrase> = [
  (name) => `The sources at hand describe ${name} only briefly.`,
  (name) => `More about ${name} stands in its own documents.`,
  (name) => `This page keeps to what is known about ${name}.`,
  (name) => `Nothing beyond the sources is claimed for ${name} here.`,
  (name) => `Readers who need details find them where ${name} is published.`,
  (name) => `Its makers say the rest about ${name} in their own words.`,
  (name) =>
    `Whoever compares offers can read this next to the description that ${name} gives of itself.`,
  (name) => `A look at the original text helps when a term used by ${name} is unfamiliar.`,
  (name) => `Some questions about ${name} are left open, since the material does not answer them.`,
  (name) => `For anything that is missing here, the people behind ${name} are the ones to ask.`,
  (name) => `In short, ${name} is presented as its own material presents it.`,
  (name) => `Wherever the wording of ${name} was unclear, the plainer reading was taken.`,
  (name) => `Opinions about ${name} were left aside in favour of what can be looked up.`,
  (name) => `Before deciding, it is worth reading the conditions that ${name} publishes.`,
  (name) => `What others say about ${name} was not taken into account for this summary.`,
  (name) => `Changes that ${name} makes later may not be reflected in these lines yet.`,
  (name) => `Each statement about ${name} on this page goes back to the documents named above.`,
  (name) => `People new to the subject may want to start with the introduction by ${name}.`,
  (name) => `Several points are summed up here so that ${name} can be judged at a glance.`,
  (name) => `No comparison with other offers was made while this text on ${name} was written.`,
  (name) => `Should a detail matter to you, check it against the page of ${name} itself.`,
  (name) => `Together these notes give a first picture of ${name} and of its purpose.`,
  (name) => `Everyone who writes about ${name} draws on the same few documents.`,
  (name) => `Terms of trade are quoted as ${name} words them, without any interpretation.`,
  (name) => `If two documents differ, the one that ${name} published last is followed.`,
  (name) => `Words of praise were removed, which leaves what ${name} actually contains.`,
  (name) => `By its own account ${name} is meant for the readers described on this page.`,
  (name) => `Further reading on ${name} is best found through its author's own listing.`,
  (name) => `As far as the documents tell, ${name} works in the way that is set out here.`,
  (name) => `Anyone in doubt can write to the address that ${name} gives for questions.`,
  (name) => `Practical matters come first in what ${name} tells about itself.`,
  (name) => `Nobody was interviewed for this description, and ${name} did not review it.`
]

export const questions: ReadonlyArray<Phrase> = [
  (name) => `What is ${name}?`,
  (name) => `What should I know about ${name}?`,
  (name) => `How is ${name} described by its own documents?`,
  (name) => `What else do the sources say about ${name}?`,
  (name) => `Where can I read more about ${name}?`,
  (name) => `Who is behind ${name}, and whom is it meant for?`,
  (name) => `Which conditions apply before I choose ${name}?`,
  (name) => `Does ${name} need anything that I must have first?`
]

/** What a model writes that only wants to reach a length: the same for everything. */
export const padding: ReadonlyArray<string> = [
  "Quality matters more than ever, and that is why so many people care about it.",
  "When it comes to choosing well, there is a lot to keep in mind at every step.",
  "It is a great choice for anyone who wants to get the most out of their time."
]
