// What a page calls itself, taken apart: a title is the page's name and the site's, with a mark between them.

/** Letters with a stroke through them, which are no letter with an accent. */
const strokes: { readonly [letter: string]: string } = { ł: "l", ı: "i", ø: "o" }

/** Letters as a reader takes them: no case, no accents, one kind of quotes and of spaces. */
export const folded = (text: string): string =>
  text.normalize("NFKD").replace(/\p{M}+/gu, "").normalize("NFKC").toLowerCase()
    .replace(/[łıø]/g, (letter) => strokes[letter] ?? letter)
    .replace(/[\u2018\u2019\u02bc\u00b4`]/g, "'").replace(/\s+/g, " ").trim()

const partsMax = 12

/** `Alder lamp – Lamps | Acme` is three parts. A hyphen or colon divides only with white space beside it. */
export const titleParts = (title: string): ReadonlyArray<string> =>
  title.slice(0, 500).split(/\s+[-–—~/:]+\s+|\s*[|·•»›«\u2016\uff5c]+\s*|:\s+|\s+::\s+/)
    .map((part) => part.trim()).filter((part) => part !== "").slice(0, partsMax)

const sentenceCharsMax = 240

/** Lines and sentences of the text, without the marks of headings and lists; the long ones, which say more, are left out. */
export const sentencesOf = (text: string): ReadonlyArray<string> =>
  text.split(/\n+|(?<=[.!?…])["'”’)]?\s+|(?<=[。！？])/)
    .map((sentence) => sentence.replace(/^[\s#>*•|-]+|^\d+\.\s+/g, "").trim())
    .filter((sentence) => sentence !== "" && sentence.length <= sentenceCharsMax)
