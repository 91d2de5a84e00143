import type { IdentityClaim } from '../../core/identity/caller.ts';

/**
 * The parts that the gateway reads of a function URL's event (payload format 2.0) and of an API Gateway REST proxy
 * event. Formats: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads and
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
 */
export interface HttpEvent {
  readonly rawPath?: string;
  readonly path?: string;
  readonly httpMethod?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly http?: { readonly method: string };
    readonly authorizer?: { readonly iam?: IamIdentity | null } | null;
    readonly identity?: IamIdentity | null;
  };
}

interface IamIdentity {
  readonly accountId?: string | null;
  readonly userArn?: string | null;
}

export function methodOf(event: HttpEvent): string {
  return event.requestContext?.http?.method ?? event.httpMethod ?? 'GET';
}

export function pathOf(event: HttpEvent): string {
  return event.rawPath ?? event.path ?? '/';
}

/** Lower-case names: function URLs send them so, REST APIs as the caller wrote them. */
export function headersOf(event: HttpEvent): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
}

/**
 * Who AWS proved the caller to be. Without an IAM identity there is a claim of nothing: a bearer key is worth nothing
 * at this door, so it is not even read.
 */
export function claimOf(event: HttpEvent): IdentityClaim {
  const iam = event.requestContext?.authorizer?.iam ?? event.requestContext?.identity;
  if (typeof iam?.accountId === 'string' && typeof iam.userArn === 'string')
    return { kind: 'iam', accountId: iam.accountId, arn: iam.userArn };
  return { kind: 'bearer', key: undefined };
}

/** The request's bytes, or `too_large`, told from the encoded length before anything is decoded. */
export function bodyOf(event: HttpEvent, maxBytes: number): Uint8Array | 'too_large' {
  const encoding = event.isBase64Encoded === true ? 'base64' : 'utf8';
  const text = event.body ?? '';
  if (Buffer.byteLength(text, encoding) > maxBytes) return 'too_large';
  return Buffer.from(text, encoding);
}
