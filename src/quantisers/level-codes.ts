/** Codes that are equally far values, `lowest`, `lowest + distance`, ...: files hold which of them, five of three values a byte, else in whole bits. */
import { digitBytes, packDigits, unpackDigits } from '../io/digits.ts';
import type { CodeForm } from './quantiser.ts';

/** @param values how many there are, 2 to 256 */
export function levelCodes(values: number, lowest: number, distance = 1): CodeForm {
  return {
    bytes: (inputs, outputs) => digitBytes(inputs * outputs, values),
    pack(codes) {
      const digits = codes.map((code) => (code - lowest) / distance);
      const fits = digits.every((digit) => Number.isInteger(digit) && digit >= 0 && digit < values);
      return fits ? packDigits(Uint8Array.from(digits), values) : null;
    },
    unpack(bytes, inputs, outputs) {
      const digits = unpackDigits(bytes, inputs * outputs, values);
      return digits.every((digit) => digit < values) ? Float32Array.from(digits, (digit) => lowest + distance * digit) : null;
    },
  };
}
