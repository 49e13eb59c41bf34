// The words that every text of a language is full of: enough of them tell it without a detector.

const words: { readonly [language: string]: string } = {
  en:
    "the of and to a in is for you with that it on as are this be or by an from at your can not have they will its " +
    "when which has all one what how if their no so there about was but into each",
  de:
    "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat " +
    "dass sie nach wird bei einer um am sind noch wie einem über einen zum haben nur oder aber vor zur bis mehr durch " +
    "kann können ihr ihre",
  fr:
    "le la les de des du un une et à en est que qui dans pour pas sur au aux avec ce cette il elle ne se par plus ou " +
    "son sa ses sont vous nous votre mais comme tout être l d qu s n",
  es:
    "el la los las de del un una y a en es que por para con no se su sus lo al como más o pero este esta son ha si " +
    "sin sobre todo también le cada entre cuando muy",
  it:
    "il lo la i gli le di del della dei delle un una e a in è che per con non si su al da come più o ma questo questa " +
    "sono ha anche nel nella dal alla ogni suo sua l d",
  pt:
    "o a os as de do da dos das um uma e em é que para por com não se no na nos nas ao como mais ou mas este esta são " +
    "foi seu sua também cada pelo pela quando",
  nl:
    "de het een en van in is dat op te voor met zijn niet aan er om ook als die dit bij of uit naar door over ze hij " +
    "wordt maar kan je uw worden heeft meer nog wel"
}

/** Of an ordinary text a third to a half are; of a text in another language seldom a tenth. */
const shareMin = 0.25
/** So many words are looked at together: what stands between them in another language is not hidden by the rest. */
const runWords = 60
const wordsMin = 8

const isPlain = (
  tokens: ReadonlyArray<string>,
  from: number,
  to: number,
  common: ReadonlySet<string>
): boolean => {
  let found = 0
  for (let at = from; at < to; at++) if (common.has(tokens[at]!)) found++
  return found >= shareMin * (to - from)
}

/**
 * Whether words are in that language beyond doubt, each run of them, and not merely likely to be. Undefined for a
 * language without a list.
 */
export const makeIsPlainly = (
  language: string
): ((tokens: ReadonlyArray<string>) => boolean) | undefined => {
  const own = words[language]
  if (own === undefined) return undefined
  const common = new Set(own.split(" "))
  return (tokens) => {
    if (tokens.length < wordsMin) return false
    const runs = Math.max(1, Math.floor(tokens.length / runWords))
    for (let run = 0; run < runs; run++) {
      const from = Math.floor((tokens.length * run) / runs)
      const to = Math.floor((tokens.length * (run + 1)) / runs)
      if (!isPlain(tokens, from, to, common)) return false
    }
    return true
  }
}
