// The words and signs that say what a number measures: percent, lengths of time, currencies.
//
// In English, German, French, Spanish, Italian, Dutch, Portuguese, Polish and the Scandinavian languages. A unit that
// is not here counts as any other noun.

export const durations = ["second", "minute", "hour", "day", "week", "month", "year"] as const
export type Duration = (typeof durations)[number]

const wordsOf: { readonly [unit in Duration]: string } = {
  second: "second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondo " +
    "secondi seconden sekunda sekundy sekund sekunder",
  minute: "minute minutes min mins minuten minuto minutos minuti minuta minuty minut minuter " +
    "minutter",
  hour: "hour hours hr hrs h std stunde stunden heure heures hora horas ora ore uur uren godzina " +
    "godziny godzin timme timmar",
  day: "day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dzień dni " +
    "dagar dage dager",
  week:
    "week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane weken " +
    "tydzień tygodnie tygodni vecka veckor uge uger uke uker",
  month:
    "month months mo mos mth mths monat monate monaten mois mes meses mese mesi maand maanden " +
    "mês miesiąc miesiące miesięcy månad månader måned måneder",
  year: "year years yr yrs jahr jahre jahren ans année années año años anno anni jaar jaren " +
    "ano anos rok lata lat år"
}

const percentWords = "percent pct prozent procent percento per-cent pour-cent por-ciento por-cento"

/** By ISO 4217 code, lower case, with the signs and words that stand for it. */
const currencyWords: { readonly [code: string]: string } = {
  usd: "$ us$ dollar dollars bucks",
  eur: "€ euro euros",
  gbp: "£ pound pounds",
  jpy: "¥ yen",
  inr: "₹ rupee rupees",
  chf: "francs",
  cad: "ca$",
  aud: "a$",
  nzd: "nz$",
  sek: "",
  nok: "",
  dkk: "",
  pln: "zł",
  czk: "",
  brl: "r$",
  krw: "₩ won",
  cny: "yuan"
}

const entriesOf = (words: string, unit: string): ReadonlyArray<readonly [string, string]> =>
  words.split(" ").filter((word) => word !== "").map((word) => [word, unit] as const)

/** ISO 4217, by sign, word or code in lower case. */
export const currencies: ReadonlyMap<string, string> = new Map(
  Object.entries(currencyWords).flatMap(([code, words]) =>
    entriesOf(`${code} ${words}`, code.toUpperCase())
  )
)

/** By word in lower case, those of two words joined by a hyphen. */
export const unitWords: ReadonlyMap<string, string> = new Map([
  ...entriesOf(percentWords, "percent"),
  ...durations.flatMap((unit) => entriesOf(wordsOf[unit], unit)),
  // "5 won" tells of a game more often than of money.
  ...[...currencies].filter(([word]) => word !== "won")
])

/** Words behind which a number's own noun does not come any more. */
export const functionWords: ReadonlySet<string> = new Set(
  ("a about after all also am an and any are as at be because been before between but by can could do does during " +
    "each either every for from has have he how if in into is it its may might must nor of off on only or our " +
    "out over per plus she should since so than that the their them then there these they this those through " +
    "till to too under until up was we were what when where which while who will with within without would you " +
    "your st nd rd th ist sind und oder von bis mit für pro im am der die das et ou de du des le la les par y o " +
    "el los las por e di da i il lo gli en of het een per").split(" ")
)
