// A tone through a compressor, summed: differs by browser engine, its version and the
// processor's arithmetic. Stable between updates. Safari adds noise in private windows,
// Firefox's resistFingerprinting and Brave always: a value that is new on every visit.

export default async function audio(): Promise<number | undefined> {
  if (typeof OfflineAudioContext === "undefined") return undefined;
  const context = new OfflineAudioContext(1, 2000, 44100);
  const tone = context.createOscillator();
  tone.type = "triangle";
  tone.frequency.value = 9000;
  const squeeze = context.createDynamicsCompressor();
  squeeze.threshold.value = -48;
  squeeze.ratio.value = 14;
  squeeze.attack.value = 0;
  tone.connect(squeeze);
  squeeze.connect(context.destination);
  tone.start();
  const heard = (await context.startRendering()).getChannelData(0);
  let sum = 0;
  for (let i = 1500; i < heard.length; i++) sum += Math.abs(heard[i] ?? 0);
  return Math.round(sum * 1e6) / 1e6;
}
