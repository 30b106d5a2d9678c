import type { Dispatcher } from 'undici';

/**
 * The same dispatcher, which keeps the bytes of the answer as they came. fhir-kit-client reads an answer with JSON.parse and drops its text,
 * and with it the precision of decimals (1.10 becomes 1.1): what is stored is read from these bytes instead.
 */
export const keepingBytes = (dispatcher: Dispatcher, received: Uint8Array[]): Dispatcher =>
  dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
        onResponseStart: (...start) => handler.onResponseStart?.(...start),
        onResponseData: (controller, chunk) => {
          received.push(chunk);
          handler.onResponseData?.(controller, chunk);
        },
        onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
        onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
      }),
  );
