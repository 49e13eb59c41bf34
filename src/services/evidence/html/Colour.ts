// Colours of style declarations, as far as it takes to tell whether a text can be told from what is behind it.

/** Red, green and blue from 0 to 255, and how opaque it is from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number]

const named: { readonly [name: string]: string } = {
  white: "#fff",
  snow: "#fffafa",
  ivory: "#fffff0",
  whitesmoke: "#f5f5f5",
  gainsboro: "#dcdcdc",
  lightgray: "#d3d3d3",
  lightgrey: "#d3d3d3",
  silver: "#c0c0c0",
  gray: "#808080",
  grey: "#808080",
  black: "#000",
  red: "#f00",
  green: "#008000",
  blue: "#00f",
  navy: "#000080",
  transparent: "#0000"
}

const ofHex = (digits: string): Colour | undefined => {
  const size = digits.length <= 4 ? 1 : 2
  if (![3, 4, 6, 8].includes(digits.length)) return undefined
  const part = (index: number): number => {
    const text = digits.slice(index * size, (index + 1) * size)
    return text === "" ? 255 : Number.parseInt(size === 1 ? text + text : text, 16)
  }
  return [part(0), part(1), part(2), part(3) / 255]
}

const ofNumbers = (text: string): Colour | undefined => {
  const parts = text.split(/[\s,/]+/).filter(Boolean)
  const [red, green, blue, alpha = 1] = parts.map((part) =>
    part.endsWith("%") ? Number(part.slice(0, -1)) * 2.55 : Number(part)
  )
  if (red === undefined || green === undefined || blue === undefined) return undefined
  if (![red, green, blue, alpha].every(Number.isFinite)) return undefined
  return [red, green, blue, parts[3]?.endsWith("%") === true ? alpha / 255 : alpha]
}

/** Undefined for what is no colour that is known here. */
export const colourOf = (value: string): Colour | undefined => {
  const text = named[value] ?? value
  const hex = /#([\da-f]{3,8})\b/.exec(text)?.[1]
  if (hex !== undefined) return ofHex(hex)
  const numbers = /\brgba?\(([^)]{1,60})\)/.exec(text)?.[1]
  if (numbers !== undefined) return ofNumbers(numbers)
  const word = /\b(?:white|snow|ivory|whitesmoke|black|transparent)\b/.exec(text)?.[0]
  return word === undefined ? undefined : ofHex(named[word]!.slice(1))
}

const channel = (value: number): number => {
  const share = value / 255
  return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

const luminance = ([red, green, blue]: Colour): number =>
  0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)

/** From 1 (the same) to 21, as accessibility counts it. */
export const contrast = (a: Colour, b: Colour): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}
