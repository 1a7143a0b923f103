// Which kinds of film and sound can be played: by browser, system and what the hardware
// decodes. Stable between updates, but for Firefox, which answers the first time before it
// has looked. "probably" is 2, "maybe" 1.

const kinds = [
  'video/mp4; codecs="avc1.42E01E"', 'video/mp4; codecs="hvc1.1.6.L93.B0"', 'video/mp4; codecs="av01.0.04M.08"', 'video/webm; codecs="vp9"',
  'audio/mp4; codecs="mp4a.40.2"', 'audio/mp4; codecs="ac-3"', 'audio/ogg; codecs="vorbis"', "audio/x-m4a", "application/vnd.apple.mpegurl",
];

export default function codecs(): number[] {
  const player = document.createElement("video");
  return kinds.map((kind) => ["", "maybe", "probably"].indexOf(player.canPlayType(kind)));
}
