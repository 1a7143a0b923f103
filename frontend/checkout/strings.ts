// Every sentence a shopper reads that the server did not send.

export const strings = {
  number: "Card number",
  expiry: "Expiry date",
  expiryHint: "MM / YY",
  cvv: "Security code",
  cvvHintBack: "3 digits on the back",
  cvvHintFront: "4 digits on the front",
  name: "Name on card",
  nameHint: "As it is printed",
  pay: (amount: string) => `Pay ${amount}`,
  paying: "Paying…",
  save: "Save card",
  saving: "Checking your card…",
  secure: "Your card is sent encrypted, and only to the payment service.",
  sandbox: "Test mode: use a test card. No money moves.",

  numberMissing: "Enter the card number.",
  numberShort: "The card number is not complete.",
  numberWrong: "Check the card number: a digit seems mistyped.",
  expiryMissing: "Enter the expiry date.",
  expiryWrong: "Enter the month and year on the card, such as 04 / 30.",
  expiryPassed: "This card has expired. Use another card.",
  cvvMissing: "Enter the security code.",
  cvvWrong: (digits: number) => `The security code has ${digits} digits.`,
  nameMissing: "Enter the name on the card.",

  declined: "Your card was declined",
  attempts: (left: number) => (left === 1 ? "You can try one more time." : `You can try ${left} more times.`),
  notSent: "Your bank could not be reached. You were not charged. Try again.",
  offline: "The connection was lost. We are checking what became of your payment.",
  offlineBefore: "There is no connection. You were not charged; try again.",

  finding: "We are finding out…",
  findingMore: "Your bank is taking its time. You need not pay again: this page shows the outcome as soon as it is known.",
  paid: "Payment complete",
  paidWith: (amount: string, brand: string, last4: string) => `${amount} paid with ${brand} ending in ${last4}.`,
  saved: "Card saved",
  savedWith: (brand: string, last4: string) => `${brand} ending in ${last4} was checked and saved. You were not charged.`,
  cancelled: "This payment was cancelled",
  cancelledMore: "The shop has given your money back, or never took it. It can take your bank some days to show that.",
  challenge: "Your bank wants to be sure that it is you",
  challengeFrame: "Confirmation by your bank",
  otherCard: "Use another card",

  expired: "This checkout has expired",
  expiredMore: "You were not charged. Go back to the shop and start again.",
  usedUp: "No more attempts",
  usedUpMore: "You were not charged. Go back to the shop to try again.",
} as const;

/** The names of schemes as they write themselves. */
export const brandNames: Record<string, string> = {
  visa: "Visa", mastercard: "Mastercard", amex: "American Express", discover: "Discover", diners: "Diners Club", jcb: "JCB",
  unionpay: "UnionPay", maestro: "Maestro", elo: "Elo", mir: "Mir", rupay: "RuPay", verve: "Verve", troy: "Troy",
};

export const brandName = (brand: string): string => brandNames[brand] ?? "Card";
