import type { RequestView } from '../core/chat/request.ts';
import type { SendFacts } from '../formats/format.ts';
import type { Edit } from '../wire/json-splice.ts';

/** The provider's own name of the model in place of the alias; nothing where they are the same. */
export function modelEdit(view: RequestView, send: SendFacts): readonly Edit[] {
  return view.model === send.model ? [] : [{ op: 'set', path: ['model'], json: JSON.stringify(send.model) }];
}
