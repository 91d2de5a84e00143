import { TollgateError } from '../../core/errors.ts';

/**
 * What a server says that keeps no message threads. The official SDK's tool runner then repeats the request at once
 * without `thread` and with the whole history; any other 400 ends its run, and a field left out in silence would lose
 * the conversation.
 */
export function threadRefusal(): TollgateError {
  return new TollgateError(
    'unsupported_parameter',
    '`thread`: this model keeps no message threads; send the whole conversation in `messages`, without `thread`',
    {
      param: 'thread',
      clientDetails: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
    },
  );
}
