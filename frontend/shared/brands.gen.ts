// Made from internal/card by go run ./frontend/build. Do not edit.

/** A scheme's name, as it writes itself, the lengths of its numbers, and the digits of its CVV. */
export const schemes: Record<string, [name: string, lengths: string, cvv: number]> = {
  elo: ["Elo", "16", 3],
  verve: ["Verve", "16 18 19", 3],
  rupay: ["RuPay", "16", 3],
  troy: ["Troy", "16", 3],
  mir: ["Mir", "16 17 18 19", 3],
  mastercard: ["Mastercard", "16", 3],
  amex: ["American Express", "15", 4],
  diners: ["Diners Club", "14 15 16 17 18 19", 3],
  jcb: ["JCB", "16 17 18 19", 3],
  discover: ["Discover", "16 17 18 19", 3],
  unionpay: ["UnionPay", "14 15 16 17 18 19", 3],
  visa: ["Visa", "13 16 18 19", 3],
  maestro: ["Maestro", "12 13 14 15 16 17 18 19", 3],
  cartes_bancaires: ["Cartes Bancaires", "16", 3],
  dankort: ["Dankort", "16", 3],
  bancontact: ["Bancontact", "16 17 18 19", 3],
  eftpos_au: ["eftpos", "16 17 18 19", 3],
  unknown: ["Card", "12 13 14 15 16 17 18 19", 3],
};

/** Six-digit prefixes, the first that fits decides: "low-high brand". */
export const ranges = `
401178-401179 elo
431274-431274 elo
438935-438935 elo
451416-451416 elo
457393-457393 elo
457631-457632 elo
504175-504175 elo
506699-506778 elo
509000-509999 elo
627780-627780 elo
636297-636297 elo
636368-636368 elo
650031-650033 elo
650035-650051 elo
650405-650439 elo
650485-650538 elo
650541-650598 elo
650700-650718 elo
650720-650727 elo
650901-650978 elo
651652-651679 elo
655000-655019 elo
655021-655058 elo
506099-506198 verve
507865-507964 verve
650002-650027 verve
508500-508999 rupay
606985-607984 rupay
608001-608500 rupay
652150-653149 rupay
817200-820199 rupay
979200-979289 troy
220000-220499 mir
222100-272099 mastercard
510000-559999 mastercard
340000-349999 amex
370000-379999 amex
300000-305999 diners
309500-309599 diners
360000-369999 diners
380000-399999 diners
352800-358999 jcb
601100-601199 discover
644000-659999 discover
620000-629999 unionpay
810000-817199 unionpay
400000-499999 visa
500000-509999 maestro
560000-589999 maestro
600000-699999 maestro
`;
