import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** One DER element: tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 128
      ? [content.length]
      : content.length < 256
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const ECDSA_SHA256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
const utc = (text: string): Buffer => der(0x17, Buffer.from(text));

/**
 * A key and a self-signed certificate for 127.0.0.1, made anew in each process so that no key lies in the repository.
 * RFC 5280: version 3, basicConstraints CA, subjectAltName with the address.
 */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  // Two certificates of one name would be taken for each other.
  const common = `test ${randomBytes(8).toString('hex')}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const name = der(
    0x30,
    der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(common)))),
  );
  const basic = der(
    0x30,
    Buffer.from('0603551d13', 'hex'),
    Buffer.from('0101ff', 'hex'),
    der(0x04, Buffer.from('30030101ff', 'hex')),
  );
  const address = der(
    0x30,
    Buffer.from('0603551d11', 'hex'),
    der(0x04, der(0x30, der(0x87, Buffer.from([127, 0, 0, 1])))),
  );
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_SHA256,
    name,
    der(0x30, utc('200101000000Z'), utc('491231235959Z')),
    name,
    spki,
    der(0xa3, der(0x30, basic, address)),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = der(0x30, body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
