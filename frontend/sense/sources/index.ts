// The signals, in the order in which they are read: the cheap ones first.

import automation from "./automation";
import brands from "./brands";
import canvas from "./canvas";
import cores from "./cores";
import graphics from "./graphics";
import languages from "./languages";
import media from "./media";
import memory from "./memory";
import platform from "./platform";
import screenSize from "./screen";
import storage from "./storage";
import timeZone from "./time-zone";
import touch from "./touch";

type Plain = string | number | boolean;

/** A signal: a plain value or a list of them; nothing when it is not to be had. */
export type Source = () => Plain | Plain[] | undefined;

export const sources = {
  platform, cores, memory, touch, languages, timeZone, screen: screenSize, media, brands, storage, automation, canvas, graphics,
} satisfies Record<string, Source>;
