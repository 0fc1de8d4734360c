from conductor.client.automator.task_handler import TaskHandler


async def main():
    handler = TaskHandler()
    handler.start_processes()


def other():
    main()


main()  # notice: trap main guard
