from conductor.client.worker.worker_task import worker_task

A = r"raw\d"
B = 'it\'s \x41 \u00e9 \u{x}'
C = f"{'#'}{"""nested"""!r:>{10}} @worker_task(task_definition_name='f')"
D = "a\
b"
E = '''
@worker_task(task_definition_name="triple")
# '''
F = b"bytes" rb'raw\bytes'
G = u"unicode"


@worker_task(task_definition_name=A, domain=B)  # expect: raw\d domain=it's A é \u{x}
def a(): ...


@worker_task(task_definition_name=D, domain=G)  # expect: ab domain=unicode
def d(): ...


@worker_task(task_definition_name="a#b", domain='c"d')  # expect: a#b domain=c"d
def h(): ...


def nested():
    class Inner:
        @worker_task(task_definition_name="deep")  # expect: deep
        def f(self): ...
    if True:
        @worker_task(task_definition_name="deeper")  # expect: deeper
        def g(): ...
