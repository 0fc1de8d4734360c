from conductor.client.automator.task_handler import TaskHandler


def main():
    with TaskHandler() as handler:
        handler.start_processes()


if __name__ == "__main__":
    main()
    TaskHandler().start_processes()
